package io.banyan.server;

import io.banyan.server.net.FourLetterPort;
import io.banyan.server.operate.FourLetterWords;
import io.banyan.server.operate.FourLetterWords.Word;
import io.banyan.server.operate.Operator;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Four-letter words from the client ports to the operator's answers, each on a thread of its own:
/// gathering them may wait for the very loop that asked.
final class Words implements FourLetterPort, AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable Operator operator;

    /// Who answers from now on. Until then words are answered as by a server that does not serve.
    void answeredBy(Operator newOperator) {
        operator = newOperator;
    }

    @Override
    public int argumentBytes(int firstFourBytes) {
        Word word = FourLetterWords.find(firstFourBytes);
        return word == null ? -1 : word.argumentBytes();
    }

    @Override
    public CompletableFuture<String> answer(int firstFourBytes, byte @Nullable [] argument) {
        Word word = FourLetterWords.find(firstFourBytes);
        Operator answers = operator;
        if (word == null || answers == null) {
            return CompletableFuture.completedFuture(Operator.NOT_SERVING + "\n");
        }
        long number = argument == null ? 0 : ByteBuffer.wrap(argument).getLong();
        return CompletableFuture.supplyAsync(() -> answers.answer(word, number), threads);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
