package io.atalaya.ack;

class InMemoryAckStoreTest extends AckStoreContract {
    @Override
    protected AckStore create(int maxEntries) {
        return new InMemoryAckStore(maxEntries);
    }
}
