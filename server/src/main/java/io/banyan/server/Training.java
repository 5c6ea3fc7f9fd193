package io.banyan.server;

import io.banyan.server.config.ConfigException;
import io.banyan.wire.Acl;
import io.banyan.wire.ConnectRequest;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.PathWatchRequest;
import io.banyan.wire.RequestHeader;
import io.banyan.wire.SetDataRequest;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Starts a server and sends it a few requests, so that the JVM can note which classes and lambdas
/// that takes and keep them ready in a cache (JEP 483, JEP 514). `bin/build` runs it; nobody else
/// needs it.
final class Training {
    private Training() {}

    /// @param starter starts a server by a zoo.cfg the way a process does: what is not gone through
    ///   here is not in the cache. Without the admin server, which starts beside the server and has
    ///   a thousand classes, whose mere presence in the cache would delay it
    static void run(Starter starter) throws IOException, ConfigException {
        TemporaryFolder folder = TemporaryFolder.create();
        try {
            Path file = folder.path().resolve("zoo.cfg");
            Path data = Files.createDirectory(folder.path().resolve("data"));
            Files.writeString(
                    file,
                    "tickTime=2000\nclientPortAddress=127.0.0.1\nclientPort="
                            + freePort()
                            + "\nadmin.enableServer=false\ndataDir="
                            + data.toString().replace("\\", "\\\\")
                            + "\n");
            talk(starter, file);
        } finally {
            folder.delete();
        }
    }

    /// As good as free: a build during which somebody takes it makes slower starts, no more.
    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    interface Starter {
        BanyanServer start(Path zooCfg) throws IOException, ConfigException;
    }

    private static void talk(Starter starter, Path file) throws IOException, ConfigException {
        try (BanyanServer server = starter.start(file);
                Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.clientPort()));
            var in = new DataInputStream(socket.getInputStream());
            exchange(
                    socket,
                    in,
                    out ->
                            new ConnectRequest(0, 0, 10_000, 0, new byte[16], false, true)
                                    .encode(out));
            byte[] data = {1, 2, 3};
            exchange(
                    socket,
                    in,
                    out -> {
                        new RequestHeader(1, OpCode.CREATE).encode(out);
                        new CreateRequest("/training", data, Acl.OPEN, 0).encode(out);
                    });
            exchange(
                    socket,
                    in,
                    out -> {
                        new RequestHeader(2, OpCode.SET_DATA).encode(out);
                        new SetDataRequest("/training", data, -1).encode(out);
                    });
            exchange(
                    socket,
                    in,
                    out -> {
                        new RequestHeader(3, OpCode.GET_DATA).encode(out);
                        new PathWatchRequest("/training", false).encode(out);
                    });
        }
    }

    private static void exchange(Socket socket, DataInputStream in, Consumer<JuteWriter> request)
            throws IOException {
        var out = new JuteWriter();
        out.writeInt(0);
        request.accept(out);
        out.patchInt(0, out.length() - Integer.BYTES);
        socket.getOutputStream().write(out.array(), 0, out.length());
        in.skipNBytes(in.readInt());
    }
}
