package io.banyan.nacos.grpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import io.banyan.nacos.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// One HTTP/2 connection to a gRPC port, spoken to by hand.
final class HandClient implements AutoCloseable {
    private final ClientFactory factory;
    private final WebClient client;

    HandClient(int port) {
        // One loop has one connection to one address.
        factory = ClientFactory.builder().workerGroup(1).build();
        client =
                WebClient.builder("h2c://127.0.0.1:" + port)
                        .factory(factory)
                        .responseTimeoutMillis(0)
                        .maxResponseLength(0)
                        .build();
    }

    Payload call(String type, ObjectNode body) {
        return call(Payload.of(type, body));
    }

    Payload call(Payload payload) {
        AggregatedHttpResponse response = send(frame(payload)).join();
        assertThat(response.status().code()).isEqualTo(200);
        return parse(response.content().array());
    }

    /// @param body as it goes over the wire
    CompletableFuture<AggregatedHttpResponse> send(byte[] body) {
        return client.execute(HttpRequest.of(headers("/Request/request"), HttpData.wrap(body)))
                .aggregate();
    }

    /// A call whose body is written piece by piece, and what is answered.
    Begun begin() {
        HttpRequestWriter out = HttpRequest.streaming(headers("/Request/request"));
        return new Begun(out, client.execute(out));
    }

    record Begun(HttpRequestWriter out, HttpResponse response) {}

    Stream stream(boolean negotiates) {
        return new Stream(negotiates);
    }

    /// Ends the connection, soon: waiting for all of Armeria's own takes two seconds.
    @Override
    public void close() {
        CompletableFuture<?> unused = factory.closeAsync();
    }

    private static RequestHeaders headers(String path) {
        return RequestHeaders.of(
                HttpMethod.POST, path, "content-type", "application/grpc", "te", "trailers");
    }

    static byte[] frame(Payload payload) {
        try (var in = Payload.MARSHALLER.stream(payload)) {
            byte[] bytes = in.readAllBytes();
            return ByteBuffer.allocate(5 + bytes.length)
                    .put((byte) 0)
                    .putInt(bytes.length)
                    .put(bytes)
                    .array();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Payload parse(byte[] frame) {
        int length = ByteBuffer.wrap(frame).getInt(1);
        return Payload.MARSHALLER.parse(new ByteArrayInputStream(frame, 5, length));
    }

    /// The stream of the connection.
    final class Stream implements AutoCloseable {
        private final BlockingQueue<Payload> received = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final HttpRequestWriter out =
                HttpRequest.streaming(headers("/BiRequestStream/requestBiStream"));

        private Stream(boolean negotiates) {
            HttpResponse response = client.execute(out);
            response.subscribe(
                    new Subscriber<HttpObject>() {
                        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

                        @Override
                        public void onSubscribe(Subscription subscription) {
                            subscription.request(Long.MAX_VALUE);
                        }

                        @Override
                        public void onNext(HttpObject object) {
                            if (object instanceof HttpData data) {
                                bytes.writeBytes(data.array());
                                cut();
                            }
                        }

                        private void cut() {
                            byte[] all = bytes.toByteArray();
                            int at = 0;
                            while (all.length - at >= 5) {
                                int length = ByteBuffer.wrap(all).getInt(at + 1);
                                if (all.length - at - 5 < length) {
                                    break;
                                }
                                byte[] frame = Arrays.copyOfRange(all, at, at + 5 + length);
                                received.add(parse(frame));
                                at += 5 + length;
                            }
                            bytes.reset();
                            bytes.write(all, at, all.length - at);
                        }

                        @Override
                        public void onError(Throwable failure) {
                            over.completeExceptionally(failure);
                        }

                        @Override
                        public void onComplete() {
                            over.complete(null);
                        }
                    });
            ObjectNode setup = Json.object().put("clientVersion", "by hand");
            if (negotiates) {
                setup.set("abilityTable", Json.object());
            }
            send("ConnectionSetupRequest", setup);
        }

        void send(String type, ObjectNode body) {
            out.write(HttpData.wrap(frame(Payload.of(type, body))));
        }

        BlockingQueue<Payload> received() {
            return received;
        }

        void awaitOver() throws Exception {
            over.get(10, SECONDS);
        }

        Payload take() throws InterruptedException {
            Payload next = received.poll(10, SECONDS);
            assertThat(next).as("a push").isNotNull();
            return next;
        }

        @Override
        public void close() {
            out.close();
        }
    }
}
