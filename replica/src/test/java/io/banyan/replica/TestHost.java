package io.banyan.replica;

/// What a {@link TestClient} needs of the server it is connected to.
interface TestHost {
    long nanos();

    /// Works until nothing is left to do without the clock.
    void settle();

    /// A client that has a socket and has said nothing.
    TestClient connect(int gateway);
}
