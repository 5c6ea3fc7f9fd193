package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class PathsTest {
    @Test
    void acceptsExactlyTheCharactersThatZooKeeperAccepts() {
        for (int c = 0; c <= 0xffff; c++) {
            boolean forbidden =
                    c <= 0x1f
                            || (c >= 0x7f && c <= 0x9f)
                            || (c >= 0xd800 && c <= 0xf8ff)
                            || c >= 0xfff0;
            if (c == '/' || Character.isSurrogate((char) c)) {
                continue; // A lone surrogate has no UTF-8: see the test of broken bytes.
            }
            byte[] path = World.utf8("/a" + (char) c + "b");
            assertThat(Paths.isValid(path, 0, path.length)).as("U+%04x", c).isEqualTo(!forbidden);
        }
        byte[] supplementary = World.utf8("/a\ud83d\ude00");
        assertThat(Paths.isValid(supplementary, 0, supplementary.length)).isFalse();
    }

    @Test
    void refusesWhateverIsNoUtf8() {
        assertThat(valid('/', 0x80)).isFalse();
        assertThat(valid('/', 0xc3)).isFalse();
        assertThat(valid('/', 0xc0, 0xaf)).isFalse();
        assertThat(valid('/', 0xc1, 0xbf)).isFalse();
        assertThat(valid('/', 0xe0, 0x80, 0xaf)).isFalse();
        assertThat(valid('/', 0xed, 0xa0, 0x80)).isFalse();
        assertThat(valid('/', 0xe2, 0x82)).isFalse();
        assertThat(valid('/', 0xe2, 0x82, 'a')).isFalse();
        assertThat(valid('/', 0xff)).isFalse();
        assertThat(valid('/', 0xe2, 0x82, 0xac)).isTrue();
    }

    private static boolean valid(int... bytes) {
        byte[] path = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            path[i] = (byte) bytes[i];
        }
        return Paths.isValid(path, 0, path.length);
    }

    @Test
    void agreesWithTheRulesOnStringsForRandomPaths() {
        String alphabet = "/..ab\u00e9\u20ac\u0001 ";
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder(random.nextInt(4) == 0 ? "" : "/");
            for (int length = random.nextInt(9); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            byte[] path = World.utf8("##" + text + "#");
            assertThat(Paths.isValid(path, 2, path.length - 1))
                    .as(text.toString())
                    .isEqualTo(byTheBook(text.toString()));
        }
    }

    private static boolean byTheBook(String path) {
        if (path.isEmpty() || path.charAt(0) != '/') {
            return false;
        }
        if (path.equals("/")) {
            return true;
        }
        for (String component : path.substring(1).split("/", -1)) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                return false;
            }
        }
        return path.indexOf('\u0001') < 0;
    }
}
