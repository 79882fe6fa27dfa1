import { AtalayaClient, type AtalayaEvent, type Gap } from '../index.js';

interface RoundReady extends AtalayaEvent {
  entity: { round_id: number };
}

const client = new AtalayaClient({ url: 'wss://host/ws/waiter', token: async ({ refused }) => (refused ? 'new' : 'old') });
const off: () => void = client.on<RoundReady>('ROUND_READY', async (event) => {
  const round: number = event.entity.round_id;
  client.ack(event);
  void round;
});
client.onState(({ state, retryIn }) => void [state === 'waiting' && retryIn]);
client.onGap((gap: Gap) => void gap.reason);
client.connect().close();
off();

// @ts-expect-error the address is needed
new AtalayaClient({ token: 'x' });
