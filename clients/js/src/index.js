export { AtalayaClient } from './client.js';
export { After, HEARTBEAT_LOST, afterClose } from './close-codes.js';
