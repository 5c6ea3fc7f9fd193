package io.banyan.e2e.diff;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Bytes from a server to tokens. Pure.
final class Decoder {

    /// A member in the text of the configuration, whose ports are its own in each ensemble.
    private static final Pattern MEMBER = Pattern.compile("(?m)^(server\\.\\d+=[^:]*):\\d+:\\d+:");

    private Decoder() {}

    /// The body of a reply without an error. Bytes that make no sense are told as hex, and so are
    /// bytes that are left over: neither is a reason to stop.
    static List<Token> body(int op, byte[] bytes) {
        List<Token> tokens = new ArrayList<>();
        JuteIn in = new JuteIn(bytes);
        try {
            result(op, in, tokens);
        } catch (BufferUnderflowException | IllegalStateException e) {
            return List.of(text("unreadable " + HexFormat.of().formatHex(bytes)));
        }
        if (in.remaining() > 0) {
            tokens.add(text("and then " + HexFormat.of().formatHex(in.rest())));
        }
        return tokens;
    }

    private static void result(int op, JuteIn in, List<Token> tokens) {
        switch (op) {
            case Op.CREATE, Op.SYNC -> tokens.add(text(in.str()));
            case Op.CREATE2, Op.CREATE_CONTAINER, Op.CREATE_TTL -> {
                tokens.add(text(in.str()));
                stat(in, tokens);
            }
            case Op.EXISTS, Op.SET_DATA, Op.SET_ACL -> stat(in, tokens);
            case Op.GET_DATA, Op.RECONFIG -> {
                tokens.add(data(in.buf()));
                stat(in, tokens);
            }
            case Op.GET_ACL -> {
                acls(in, tokens);
                stat(in, tokens);
            }
            case Op.GET_CHILDREN, Op.GET_EPHEMERALS -> tokens.add(set(in.strings()));
            case Op.GET_CHILDREN2 -> {
                tokens.add(set(in.strings()));
                stat(in, tokens);
            }
            case Op.MULTI, Op.MULTI_READ -> multi(in, tokens);
            case Op.GET_ALL_CHILDREN_NUMBER, Op.ADD_WATCH -> tokens.add(number(in.i32()));
            case Op.SASL -> tokens.add(data(in.buf()));
            case Op.WHO_AM_I -> whoAmI(in, tokens);
            default -> {}
        }
    }

    private static void multi(JuteIn in, List<Token> tokens) {
        while (true) {
            int type = in.i32();
            boolean done = in.bool();
            int err = in.i32();
            tokens.add(text("[" + (done ? "end " : "") + Op.name(type) + " " + err));
            if (done) {
                return;
            }
            if (type == -1) {
                tokens.add(number(in.i32()));
            } else {
                result(type, in, tokens);
            }
        }
    }

    private static void whoAmI(JuteIn in, List<Token> tokens) {
        int count = in.i32();
        List<String> users = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            users.add(in.str() + ":" + in.str());
        }
        // Apache keeps them in a hash set.
        tokens.add(set(users));
    }

    private static void acls(JuteIn in, List<Token> tokens) {
        int count = in.i32();
        tokens.add(text(count + " acls"));
        // What the scheme auth stands for, one entry for each digest id of the client, comes in the
        // order of a hash set: such a run is told sorted.
        List<String> run = new ArrayList<>();
        String runOf = "";
        for (int i = 0; i < count; i++) {
            String of = in.i32() + " " + in.str();
            if (!of.equals(runOf)) {
                run.stream().sorted().forEach(entry -> tokens.add(text(entry)));
                run.clear();
                runOf = of;
            }
            run.add(of + ":" + in.str());
        }
        run.stream().sorted().forEach(entry -> tokens.add(text(entry)));
    }

    private static void stat(JuteIn in, List<Token> tokens) {
        long czxid = in.i64();
        long mzxid = in.i64();
        tokens.add(text("stat{c"));
        tokens.add(new Token.Zxid(czxid));
        tokens.add(text("m"));
        tokens.add(new Token.Zxid(mzxid));
        tokens.add(new Token.Time(czxid, in.i64()));
        tokens.add(new Token.Time(mzxid, in.i64()));
        tokens.add(text("v" + in.i32() + " cv" + in.i32() + " av" + in.i32()));
        tokens.add(new Token.Session(in.i64()));
        tokens.add(text("len" + in.i32() + " children" + in.i32() + " p"));
        tokens.add(new Token.Zxid(in.i64()));
        tokens.add(text("}"));
    }

    static Token.Event event(JuteIn in, long zxid) {
        String text = "type" + in.i32() + " state" + in.i32() + " " + in.str();
        return new Token.Event(text, new Token.Zxid(zxid));
    }

    /// The answer to a handshake.
    static List<Token> connectResponse(byte[] bytes) {
        JuteIn in = new JuteIn(bytes);
        try {
            int version = in.i32();
            int timeout = in.i32();
            long id = in.i64();
            byte[] password = in.buf();
            String readOnly = in.remaining() > 0 ? Boolean.toString(in.bool()) : "absent";
            boolean derived = Arrays.equals(password, RawSession.passwordOf(id));
            boolean zeros = Arrays.equals(password, new byte[16]);
            return List.of(
                    text("connected v" + version + " timeout" + timeout),
                    new Token.Session(id),
                    text(
                            (derived ? "password derived" : zeros ? "password zero" : "password?")
                                    + " readOnly "
                                    + readOnly
                                    + " left "
                                    + in.remaining()));
        } catch (BufferUnderflowException e) {
            return List.of(text("unreadable " + HexFormat.of().formatHex(bytes)));
        }
    }

    private static Token set(List<String> values) {
        return text(values.stream().sorted().toList().toString());
    }

    private static Token data(byte @Nullable [] bytes) {
        if (bytes == null) {
            return text("null");
        }
        String told = new String(bytes, ISO_8859_1);
        return text("'" + MEMBER.matcher(told).replaceAll("$1:P:P:") + "'");
    }

    private static Token number(int value) {
        return text(Integer.toString(value));
    }

    static Token text(@Nullable String value) {
        return new Token.Text(String.valueOf(value));
    }
}
