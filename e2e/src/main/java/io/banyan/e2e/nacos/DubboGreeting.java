package io.banyan.e2e.nacos;

/// The service that {@link DubboProbe} offers and calls. Not within that class: Dubbo writes a `$`
/// differently in each of its centres.
public interface DubboGreeting {
    /// @return by which port it was answered
    String greet(String name);

    /// @param millis to be taken over the answer
    String slowly(int millis);
}
