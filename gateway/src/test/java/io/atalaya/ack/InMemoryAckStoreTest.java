package io.atalaya.ack;

class InMemoryAckStoreTest extends AckStoreContract {
    @Override
    protected AckStore create(AckBounds bounds) {
        return new InMemoryAckStore(bounds);
    }
}
