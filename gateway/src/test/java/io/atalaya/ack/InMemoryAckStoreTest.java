package io.atalaya.ack;

class InMemoryAckStoreTest extends AckStoreContract {
    @Override
    AckStore create(int maxEntries) {
        return new InMemoryAckStore(maxEntries);
    }
}
