package io.banyan.nacos.naming;

/// Somebody who wants to be told of changes of a service. Confined to the door's thread.
public interface Subscriber {
    /// The service is another one now.
    void onChange(Service now);

    /// As consoles show it.
    Shown shown();

    /// @param address of the client with its port
    /// @param agent name and version of the client
    /// @param app of the client
    record Shown(String address, String agent, String app, String ip) {}
}
