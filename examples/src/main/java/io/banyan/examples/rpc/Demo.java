package io.banyan.examples.rpc;

import io.banyan.client.Banyan;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// `Demo serve HOSTS ID` answers calls until it is stopped; `Demo call HOSTS` makes ten a second.
/// Start some of the first kind, one of the second, and kill what you like.
public final class Demo {
    private Demo() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 3 && arguments[0].equals("serve")) {
            serve(arguments[1], arguments[2]);
        } else if (arguments.length == 2 && arguments[0].equals("call")) {
            call(arguments[1]);
        } else {
            System.err.println("usage: Demo serve HOSTS ID | Demo call HOSTS");
            System.exit(2);
        }
    }

    private static void serve(String hosts, String id) throws InterruptedException {
        Banyan banyan =
                Banyan.builder(hosts).name(id).sessionTimeout(Duration.ofSeconds(4)).build();
        var server = new RpcServer(banyan, "echo", id, 0, call -> call + " by " + id);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            server.close();
                            banyan.close();
                        }));
        System.out.println(id + " answers at port " + server.port());
        Thread.currentThread().join();
    }

    private static void call(String hosts) throws InterruptedException, TimeoutException {
        try (Banyan banyan = Banyan.connect(hosts);
                var client = new RpcClient(banyan, "echo")) {
            for (int i = 0; ; i++) {
                System.out.println(client.call("call " + i, Duration.ofSeconds(5)));
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }
}
