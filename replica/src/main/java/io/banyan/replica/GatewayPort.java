package io.banyan.replica;

/// The way from a gateway to its replica.
public interface GatewayPort {
    /// Queues an input. Inputs of one gateway arrive in the order of the calls.
    void post(Input input);
}
