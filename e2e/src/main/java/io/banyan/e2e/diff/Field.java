package io.banyan.e2e.diff;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One field of a request body, with what is only known when it is sent left open.
sealed interface Field {

    /// Stands in strings for the subtree in which a script runs.
    String ROOT = "$R";

    record I32(int value) implements Field {}

    record I64(long value) implements Field {}

    record Bool(boolean value) implements Field {}

    record Str(@Nullable String value) implements Field {}

    record Buf(@Nullable String value) implements Field {}

    record Strs(@Nullable List<String> values) implements Field {}

    record Acl(int perms, @Nullable String scheme, @Nullable String id) {}

    record Acls(@Nullable List<Acl> acls) implements Field {}

    /// A zxid that was the newest some steps ago: `back` 0 is the newest.
    record Mark(int back) implements Field {}

    /// An operation of a multi with its header.
    record Sub(int op, List<Field> body) implements Field {}

    /// Bytes as hex: endings and wrong counts, broken text.
    record Raw(String hex) implements Field {}

    /// Takes away the last bytes of the body. Stands last.
    record Cut(int bytes) implements Field {}

    /// What a field needs to know when it is sent.
    interface Env {
        String root();

        long mark(int back);
    }

    static byte[] encode(List<Field> fields, Env env) {
        JuteOut out = new JuteOut();
        int cut = 0;
        for (Field field : fields) {
            if (field instanceof Cut(int bytes)) {
                cut = bytes;
            } else {
                field.write(out, env);
            }
        }
        byte[] bytes = out.bytes();
        return Arrays.copyOf(bytes, Math.max(0, bytes.length - cut));
    }

    private void write(JuteOut out, Env env) {
        switch (this) {
            case I32(int value) -> out.i32(value);
            case I64(long value) -> out.i64(value);
            case Bool(boolean value) -> out.bool(value);
            case Str(String value) -> out.str(inRoot(value, env));
            case Buf(String value) ->
                    out.buf(
                            value == null
                                    ? null
                                    : value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            case Strs(List<String> values) ->
                    out.strings(
                            values == null
                                    ? null
                                    : values.stream()
                                            .map(v -> v.replace(ROOT, env.root()))
                                            .toList());
            case Acls(List<Acl> acls) -> writeAcls(out, acls);
            case Mark(int back) -> out.i64(env.mark(back));
            case Sub(int op, List<Field> body) -> {
                out.i32(op).bool(false).i32(-1);
                body.forEach(field -> field.write(out, env));
            }
            case Raw(String hex) -> out.raw(HexFormat.of().parseHex(hex));
            case Cut ignored -> {}
        }
    }

    private static @Nullable String inRoot(@Nullable String value, Env env) {
        return value == null ? null : value.replace(ROOT, env.root());
    }

    private static void writeAcls(JuteOut out, @Nullable List<Acl> acls) {
        if (acls == null) {
            out.i32(-1);
            return;
        }
        out.i32(acls.size());
        for (Acl acl : acls) {
            out.i32(acl.perms()).str(acl.scheme()).str(acl.id());
        }
    }

    /// As a person reads it.
    default String text() {
        return switch (this) {
            case I32(int value) -> Integer.toString(value);
            case I64(long value) -> value + "L";
            case Bool(boolean value) -> Boolean.toString(value);
            case Str(String value) -> quoted(value);
            case Buf(String value) -> "data " + quoted(value);
            case Strs(List<String> values) ->
                    values == null
                            ? "null"
                            : values.stream().map(Field::quoted).toList().toString();
            case Acls(List<Acl> acls) ->
                    acls == null
                            ? "acl null"
                            : "acl "
                                    + acls.stream()
                                            .map(a -> a.scheme() + ":" + a.id() + ":" + a.perms())
                                            .toList();
            case Mark(int back) -> "zxid[-" + back + "]";
            case Sub(int op, List<Field> body) -> "\n        " + Op.name(op) + texts(body);
            case Raw(String hex) -> "hex " + hex;
            case Cut(int bytes) -> "less " + bytes + " bytes";
        };
    }

    static String texts(List<Field> fields) {
        StringBuilder text = new StringBuilder("(");
        for (Field field : fields) {
            text.append(text.length() > 1 ? ", " : "").append(field.text());
        }
        return text.append(')').toString();
    }

    private static String quoted(@Nullable String value) {
        if (value == null) {
            return "null";
        }
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c < 127) {
                text.append(c);
            } else {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return text.append('"').toString();
    }
}
