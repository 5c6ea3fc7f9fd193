package io.banyan.e2e.diff;

import io.banyan.e2e.diff.Field.Acl;
import io.banyan.e2e.diff.Field.Acls;
import io.banyan.e2e.diff.Field.Bool;
import io.banyan.e2e.diff.Field.Buf;
import io.banyan.e2e.diff.Field.Cut;
import io.banyan.e2e.diff.Field.I32;
import io.banyan.e2e.diff.Field.I64;
import io.banyan.e2e.diff.Field.Mark;
import io.banyan.e2e.diff.Field.Raw;
import io.banyan.e2e.diff.Field.Str;
import io.banyan.e2e.diff.Field.Strs;
import io.banyan.e2e.diff.Field.Sub;
import io.banyan.e2e.raw.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Makes a script from a seed. The space of paths is small, so that operations meet; everything
/// that a request can hold is now and then wrong.
///
/// Left out on purpose: what is in [KnownDifferences] and changes the tree, and writes outside of
/// the script's own subtree that succeed.
final class Generator {

    private static final String[] NAMES = {"a", "b", "c"};
    private static final String[] ILLEGAL = {
        "",
        "a",
        "$R/",
        "$R//a",
        "$R/a//b",
        "$R/.",
        "$R/a/..",
        "$R/../x",
        "/",
        "//",
        "$R/a/",
        "$R/\u0000",
        "$R/a\u0000b",
        "$R/\u0001",
        "$R/\u001f",
        "$R/\u007f",
        "$R/\u009f",
        "$R/\ue000",
        "$R/\uf8ff",
        "$R/\ufff0",
        "$R/\ufffd",
        "$R/...",
        "$R/.a",
        "/zookeeper",
        "/zookeeper/quota",
        "/zookeeper/config",
        "nosuch/a",
        "/nosuch/a",
        "$R/\u00e9\u4e2d",
        "$R/ ",
        "$R/a b",
        "$R/\u00a0",
        "$R/\ufeff",
        "$R/\uffef"
    };
    private static final String[] READABLE = {
        "/", "", "/zookeeper", "/zookeeper/quota", "/zookeeper/config", "$R", "$R/", "/nosuch"
    };
    private static final String BOB = "bob:ikIaKsbtGweaHnb/jKn7OHqbunM=";
    private static final List<Acl> OPEN = List.of(new Acl(31, "world", "anyone"));

    private final Random random;
    private final int slots;
    private final List<Step> steps = new ArrayList<>();
    private final int[] nextXid;
    private int bursts;

    private Generator(long seed, int slots) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + slots);
        this.slots = slots;
        this.nextXid = new int[slots];
    }

    static Script script(long seed, int operations, int slots) {
        Generator generator = new Generator(seed, slots);
        for (int slot = 0; slot < slots; slot++) {
            generator.steps.add(
                    new Step.Connect(slot, Step.Handshake.NEW, Differential.SESSION_MILLIS));
        }
        while (generator.steps.size() < operations) {
            generator.next();
        }
        return new Script(slots, generator.steps);
    }

    private void next() {
        int slot = random.nextInt(slots);
        int die = random.nextInt(1000);
        if (die < 15) {
            burst();
        } else if (die < 45) {
            connection(slot);
        } else if (die < 48) {
            steps.add(new Step.Garbage(slot, garbage()));
            reconnect(slot);
        } else {
            request(slot);
        }
    }

    private String garbage() {
        return oneOf(
                "ffffffff",
                "80000000",
                "7fffffff",
                "00000000",
                "0000000200ff",
                "0000000400000001",
                "72756f6b",
                "0000000700000001000000");
    }

    private void connection(int slot) {
        switch (random.nextInt(8)) {
            case 0 -> {
                steps.add(new Step.Drop(slot));
                for (int i = random.nextInt(4); i > 0; i--) {
                    request(random.nextInt(slots));
                }
                if (random.nextBoolean()) {
                    Step.Handshake how =
                            oneOf(
                                    Step.Handshake.WRONG_PASSWORD,
                                    Step.Handshake.UNKNOWN_SESSION,
                                    Step.Handshake.ZXID_AHEAD,
                                    Step.Handshake.CUT);
                    steps.add(new Step.Connect(slot, how, timeout()));
                }
                reconnect(slot);
            }
            case 1 -> {
                call(slot, Op.CLOSE_SESSION, List.of());
                if (random.nextInt(3) == 0) {
                    request(slot);
                }
                if (random.nextInt(3) == 0) {
                    steps.add(new Step.Connect(slot, Step.Handshake.RESUME, timeout()));
                }
                newSession(slot);
            }
            case 2 -> newSession(slot);
            default -> {
                reconnect(slot);
                if (random.nextBoolean()) {
                    setWatches(slot);
                }
            }
        }
    }

    private void newSession(int slot) {
        Step.Handshake how =
                oneOf(
                        Step.Handshake.NEW,
                        Step.Handshake.NEW,
                        Step.Handshake.NEW_OLD_CLIENT,
                        Step.Handshake.NEW_ODD);
        steps.add(new Step.Connect(slot, how, timeout()));
    }

    /// Afterwards the slot has a connection, whatever was before.
    private void reconnect(int slot) {
        steps.add(new Step.Connect(slot, Step.Handshake.RESUME, timeout()));
    }

    private int timeout() {
        return oneInt(Differential.SESSION_MILLIS, 0, -1, 1, Integer.MAX_VALUE, 40_000);
    }

    /// Many requests in flight on several connections, each in the area of its own.
    private void burst() {
        int burst = ++bursts;
        List<List<Step>> queues = new ArrayList<>();
        for (int slot = 0; slot < slots; slot++) {
            if (random.nextInt(3) > 0) {
                List<Step> queue = new ArrayList<>();
                for (int i = 2 + random.nextInt(25); i > 0; i--) {
                    queue.add(burstCall(slot, burst));
                }
                queues.add(queue);
            }
        }
        while (!queues.isEmpty()) {
            List<Step> queue = queues.get(random.nextInt(queues.size()));
            steps.add(queue.removeFirst());
            queues.removeIf(List::isEmpty);
        }
    }

    private Step burstCall(int slot, int burst) {
        String area = "$R/p" + slot;
        int op =
                oneInt(
                        Op.CREATE,
                        Op.CREATE,
                        Op.CREATE2,
                        Op.CREATE_CONTAINER,
                        Op.DELETE,
                        Op.DELETE,
                        Op.SET_DATA,
                        Op.SET_DATA,
                        Op.EXISTS,
                        Op.GET_DATA,
                        Op.GET_DATA,
                        Op.GET_CHILDREN,
                        Op.GET_CHILDREN2,
                        Op.GET_ACL,
                        Op.MULTI,
                        Op.MULTI_READ,
                        Op.SYNC,
                        Op.PING,
                        Op.GET_ALL_CHILDREN_NUMBER,
                        Op.WHO_AM_I,
                        Op.ADD_WATCH,
                        Op.REMOVE_WATCHES,
                        Op.CHECK_WATCHES);
        return new Step.Call(slot, burst, xid(slot), op, body(op, area));
    }

    private void request(int slot) {
        int die = random.nextInt(100);
        if (die < 4) {
            auth(slot);
        } else if (die < 7) {
            setWatches(slot);
        } else if (die < 9) {
            quota(slot);
        } else if (die < 10) {
            unusual(slot);
        } else {
            int op = ordinaryOp();
            List<Field> body = new ArrayList<>(body(op, "$R"));
            if (random.nextInt(50) == 0) {
                spoil(body);
            }
            call(slot, op, body);
        }
    }

    private int ordinaryOp() {
        return oneInt(
                Op.CREATE,
                Op.CREATE,
                Op.CREATE,
                Op.CREATE,
                Op.CREATE2,
                Op.CREATE2,
                Op.CREATE_CONTAINER,
                Op.CREATE_TTL,
                Op.DELETE,
                Op.DELETE,
                Op.DELETE,
                Op.SET_DATA,
                Op.SET_DATA,
                Op.SET_DATA,
                Op.SET_ACL,
                Op.MULTI,
                Op.MULTI,
                Op.EXISTS,
                Op.EXISTS,
                Op.GET_DATA,
                Op.GET_DATA,
                Op.GET_DATA,
                Op.GET_ACL,
                Op.GET_CHILDREN,
                Op.GET_CHILDREN2,
                Op.GET_CHILDREN2,
                Op.MULTI_READ,
                Op.SYNC,
                Op.PING,
                Op.ADD_WATCH,
                Op.REMOVE_WATCHES,
                Op.CHECK_WATCHES,
                Op.GET_EPHEMERALS,
                Op.GET_ALL_CHILDREN_NUMBER,
                Op.WHO_AM_I,
                Op.RECONFIG);
    }

    private List<Field> body(int op, String base) {
        return switch (op) {
            case Op.CREATE, Op.CREATE2 ->
                    List.of(new Str(target(base)), data(), acls(), new I32(flags(op)));
            case Op.CREATE_CONTAINER ->
                    List.of(new Str(target(base)), data(), acls(), new I32(flags(op)));
            case Op.CREATE_TTL -> createTtl(base);
            case Op.DELETE, Op.CHECK -> List.of(new Str(target(base)), version());
            case Op.SET_DATA -> List.of(new Str(target(base)), data(), version());
            case Op.SET_ACL -> List.of(new Str(target(base)), acls(), version());
            case Op.EXISTS, Op.GET_DATA, Op.GET_CHILDREN, Op.GET_CHILDREN2 ->
                    List.of(new Str(source(base)), new Bool(random.nextInt(3) == 0));
            case Op.GET_ACL, Op.GET_ALL_CHILDREN_NUMBER, Op.SYNC -> List.of(new Str(source(base)));
            case Op.GET_EPHEMERALS ->
                    List.of(new Str(oneOf("/", "", " ", null, "$R", "$R/a", "$R/p", "x")));
            case Op.MULTI -> multi(base);
            case Op.MULTI_READ -> multiRead(base);
            case Op.ADD_WATCH ->
                    List.of(new Str(source(base)), new I32(oneInt(0, 0, 0, 1, 1, 1, 2, -1)));
            case Op.REMOVE_WATCHES, Op.CHECK_WATCHES ->
                    List.of(new Str(source(base)), new I32(oneInt(1, 2, 3, 3, 4, 5, 0, 6, -1)));
            case Op.RECONFIG ->
                    List.of(
                            new Str(oneOf(null, "server.2=127.0.0.1:1:2;3")),
                            new Str(oneOf(null, "1")),
                            new Str(oneOf(null, "server.1=127.0.0.1:1:2;3")),
                            new I64(oneInt(-1, 0, 5)));
            default -> List.of();
        };
    }

    private List<Field> createTtl(String base) {
        int flags = flags(Op.CREATE_TTL);
        long ttl = ttl();
        if (flags >= 0 && flags <= 4 && ttl < 0) {
            // Known: Apache takes it, and its thread dies when it applies it.
            ttl = 1;
        }
        return List.of(new Str(target(base)), data(), acls(), new I32(flags), new I64(ttl));
    }

    private int xid(int slot) {
        return ++nextXid[slot];
    }

    private void call(int slot, int op, List<Field> body) {
        int xid = xid(slot);
        if (random.nextInt(100) == 0) {
            xid = oneInt(0, 1, -3, -4, -8, -9, Integer.MAX_VALUE, Integer.MIN_VALUE);
        }
        steps.add(new Step.Call(slot, 0, xid, op, body));
    }

    private static List<Field> multiEnd() {
        return List.of(new I32(-1), new Bool(true), new I32(-1));
    }

    private List<Field> multi(String base) {
        List<Field> body = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            int op =
                    oneInt(
                            Op.CREATE,
                            Op.CREATE,
                            Op.CREATE2,
                            Op.DELETE,
                            Op.SET_DATA,
                            Op.SET_DATA,
                            Op.CHECK,
                            Op.CREATE_CONTAINER,
                            Op.CREATE_TTL);
            if (random.nextInt(60) == 0) {
                op = oneInt(Op.GET_DATA, Op.SET_ACL, Op.EXISTS, 999, Op.SYNC, Op.GET_CHILDREN);
            }
            body.add(new Sub(op, body(op, base)));
        }
        body.addAll(multiEnd());
        return body;
    }

    private List<Field> multiRead(String base) {
        List<Field> body = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            int op = oneInt(Op.GET_DATA, Op.GET_CHILDREN);
            if (random.nextInt(60) == 0) {
                op = oneInt(Op.EXISTS, Op.GET_CHILDREN2, Op.DELETE, Op.SET_DATA, -7);
            }
            body.add(new Sub(op, body(op, base)));
        }
        body.addAll(multiEnd());
        return body;
    }

    /// A path to change: below `base`, or no path at all.
    private @Nullable String target(String base) {
        if (base.equals("$R") && random.nextInt(25) == 0) {
            return random.nextInt(20) == 0 ? null : oneOf(ILLEGAL);
        }
        return below(base);
    }

    /// A path to read or to watch.
    private @Nullable String source(String base) {
        if (base.equals("$R") && random.nextInt(12) == 0) {
            return random.nextInt(30) == 0 ? null : oneOf(READABLE);
        }
        if (base.equals("$R") && random.nextInt(40) == 0) {
            return oneOf(ILLEGAL);
        }
        if (!base.equals("$R") && random.nextInt(8) == 0) {
            return base;
        }
        return below(base);
    }

    private String below(String base) {
        StringBuilder path = new StringBuilder(base);
        if (base.equals("$R") && random.nextInt(6) == 0) {
            path.append(random.nextInt(3) == 0 ? "/q" : "/p" + random.nextInt(slots));
            if (path.charAt(path.length() - 1) != 'q') {
                // The areas of bursts stay, so that nobody else's events depend on who was first.
                path.append('/').append(oneOf(NAMES));
            }
        } else {
            path.append('/').append(oneOf(NAMES));
        }
        while (random.nextInt(100) < 35 && path.length() < 16) {
            path.append('/').append(oneOf(NAMES));
        }
        if (random.nextInt(25) == 0) {
            path.append("-000000000").append(random.nextInt(4));
        }
        return path.toString();
    }

    private int flags(int op) {
        if (random.nextInt(12) == 0) {
            return oneInt(0, 1, 2, 3, 4, 5, 6, 7, -1, 100);
        }
        return switch (op) {
            case Op.CREATE_CONTAINER -> 4;
            case Op.CREATE_TTL -> oneInt(5, 5, 6);
            default -> oneInt(0, 0, 0, 0, 0, 1, 1, 2, 3);
        };
    }

    /// Far beyond the length of any run, or wrong.
    private long ttl() {
        return oneLong(
                100_000_000L,
                100_000_000L,
                100_000_000L,
                1099511627775L,
                1099511627776L,
                0L,
                -1L,
                Long.MIN_VALUE);
    }

    private Field data() {
        return new Buf(
                switch (random.nextInt(12)) {
                    case 0 -> null;
                    case 1 -> "";
                    case 2 -> "\u00e9\u4e2d\ud83d\ude00";
                    case 3 -> "x".repeat(random.nextInt(3000));
                    default -> "d" + random.nextInt(1000);
                });
    }

    private Field version() {
        return new I32(oneInt(-1, -1, -1, -1, -1, 0, 0, 0, 1, 1, 2, 3, -2, Integer.MAX_VALUE));
    }

    private Field acls() {
        if (random.nextInt(100) < 75) {
            return new Acls(OPEN);
        }
        List<Acl> list = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            list.add(acl());
        }
        return switch (random.nextInt(20)) {
            case 0 -> new Acls(null);
            case 1 -> new Acls(List.of());
            default -> new Acls(list);
        };
    }

    private Acl acl() {
        if (random.nextInt(15) == 0) {
            return oneOf(
                    new Acl(31, "world", "foo"),
                    new Acl(31, "world", null),
                    new Acl(31, null, "anyone"),
                    new Acl(31, "nosuch", "x"),
                    new Acl(31, "digest", "bob"),
                    new Acl(31, "digest", "a:b:c"),
                    new Acl(31, "digest", ":"),
                    new Acl(31, "ip", "bad"),
                    new Acl(31, "ip", "127.0.0.1/33"),
                    new Acl(31, "ip", "127.0.0"),
                    new Acl(31, "ip", "127.0.0.256"),
                    new Acl(31, "ip", "::1"),
                    new Acl(31, "ip", "1:2:3:4:5:6:7:8/129"),
                    new Acl(31, "ip", "fe80::/10"),
                    new Acl(31, "ip", "127.0.0.1/-1"),
                    new Acl(31, "ip", "127.0.0.1/x"),
                    new Acl(31, "ip", ""),
                    new Acl(31, "super", "x"),
                    new Acl(31, "x509", "CN=a"),
                    new Acl(31, "sasl", "a@b"),
                    new Acl(31, "", ""));
        }
        int perms = oneInt(31, 31, 31, 31, 31, 1, 3, 7, 15, 16, 30, 0, 32, -1);
        return switch (random.nextInt(7)) {
            case 0 -> new Acl(perms, "auth", oneOf("", "x", null));
            case 1 -> new Acl(perms, "digest", BOB);
            case 2 -> new Acl(perms, "digest", "eve:xxxxxxxxxxxxxxxxxxxxxxxxxxx=");
            case 3 ->
                    new Acl(
                            perms,
                            "ip",
                            oneOf("127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "0.0.0.0/0"));
            default -> new Acl(perms, "world", "anyone");
        };
    }

    private void auth(int slot) {
        String scheme = "digest";
        String secret = oneOf("bob:pw", "alice:pw", "bob:wrong", "nocolon", ":", "a:b:c");
        int die = random.nextInt(30);
        if (die == 0) {
            scheme = oneOf("nosuch", "", null, "world", "auth", "sasl", "x509", "super");
        } else if (die < 3) {
            scheme = "ip";
        } else if (die < 5) {
            secret = Differential.SUPER_USER;
        } else if (die == 5) {
            secret = oneOf("", null);
        }
        List<Field> body = new ArrayList<>();
        body.add(new I32(0));
        body.add(new Str(scheme));
        body.add(new Buf(secret));
        if (random.nextInt(40) == 0) {
            body.add(new Cut(1 + random.nextInt(10)));
        }
        steps.add(new Step.Call(slot, 0, Op.XID_AUTH, Op.AUTH, body));
        if (die < 6) {
            reconnect(slot);
        }
    }

    private void setWatches(int slot) {
        boolean two = random.nextBoolean();
        List<Field> body = new ArrayList<>();
        body.add(
                switch (random.nextInt(5)) {
                    case 0 -> new I64(0);
                    case 1 -> new I64(Long.MAX_VALUE);
                    case 2 -> new I64(-1);
                    default -> new Mark(random.nextInt(30));
                });
        for (int i = 0; i < (two ? 5 : 3); i++) {
            List<String> paths = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                String path = source("$R");
                paths.add(path == null ? "$R" : path);
            }
            body.add(new Strs(paths));
        }
        if (random.nextInt(30) == 0) {
            body.add(new Cut(1 + random.nextInt(20)));
        }
        int op = two ? Op.SET_WATCHES2 : Op.SET_WATCHES;
        steps.add(new Step.Call(slot, 0, Op.XID_SET_WATCHES, op, body));
    }

    private void quota(int slot) {
        String top = "/zookeeper/quota$R";
        String node = top + "/q";
        String path = oneOf(top, node, node + "/zookeeper_limits", node + "/zookeeper_stats");
        String text =
                oneOf(
                        "count=3,bytes=100",
                        "count=-1,bytes=-1=;byteHardLimit=50;countHardLimit=3",
                        "count=5,bytes=20=;byteHardLimit=30;countHardLimit=-1",
                        "count=0,bytes=0",
                        "count=2,bytes=-1=;byteHardLimit=-1;countHardLimit=4");
        switch (random.nextInt(6)) {
            case 0 -> call(slot, Op.DELETE, List.of(new Str(path), new I32(-1)));
            case 1 ->
                    call(
                            slot,
                            Op.SET_DATA,
                            List.of(
                                    new Str(node + "/zookeeper_limits"),
                                    new Buf(text),
                                    new I32(-1)));
            case 2 -> call(slot, Op.GET_DATA, List.of(new Str(path), new Bool(true)));
            default -> {
                for (String p : List.of("$R/q", top, node)) {
                    call(slot, Op.CREATE, createOpen(p, "q"));
                }
                call(slot, Op.CREATE, createOpen(node + "/zookeeper_limits", text));
                call(slot, Op.CREATE, createOpen(node + "/zookeeper_stats", "count=0,bytes=0"));
                for (int i = random.nextInt(8); i > 0; i--) {
                    String child = "$R/q/" + oneOf(NAMES);
                    int op = oneInt(Op.CREATE, Op.CREATE2, Op.SET_DATA, Op.DELETE);
                    List<Field> body =
                            switch (op) {
                                case Op.SET_DATA -> List.of(new Str(child), data(), new I32(-1));
                                case Op.DELETE -> List.of(new Str(child), new I32(-1));
                                default ->
                                        List.of(
                                                new Str(child),
                                                data(),
                                                new Acls(OPEN),
                                                new I32(oneInt(0, 1, 2)));
                            };
                    call(slot, op, body);
                    call(
                            slot,
                            Op.GET_DATA,
                            List.of(new Str(node + "/zookeeper_stats"), new Bool(false)));
                }
            }
        }
    }

    private static List<Field> createOpen(String path, String data) {
        return List.of(new Str(path), new Buf(data), new Acls(OPEN), new I32(0));
    }

    /// Opcodes that are none, or none for a client. The slot has a connection afterwards.
    private void unusual(int slot) {
        int op = oneInt(0, 10, Op.CHECK, 23, 50, 99, 108, 999, -1, -5, -12, Integer.MIN_VALUE);
        if (random.nextInt(6) == 0) {
            call(slot, Op.SASL, List.of(new Buf(oneOf("", "token"))));
            reconnect(slot);
            return;
        }
        List<Field> body =
                random.nextBoolean()
                        ? List.of()
                        : List.of(new Str(source("$R")), new I32(random.nextInt(3)));
        call(slot, op, body);
        reconnect(slot);
    }

    /// Makes a body wrong: too short, or too long, which is right, or with a length that cannot be.
    private void spoil(List<Field> body) {
        switch (random.nextInt(5)) {
            case 0 -> body.add(new Raw("00112233"));
            case 1 -> {
                body.clear();
                body.add(new Raw(oneOf("fffffffe", "7fffffff", "80000000", "00000005ab", "")));
            }
            case 2 -> {
                // Text that is no UTF-8.
                if (!body.isEmpty() && body.getFirst() instanceof Str) {
                    body.set(
                            0,
                            new Raw(oneOf("000000042fc3282f", "00000003 2fff61".replace(" ", ""))));
                }
            }
            default -> {
                if (!body.isEmpty()) {
                    body.add(new Cut(1 + random.nextInt(12)));
                }
            }
        }
    }

    private int oneInt(int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private long oneLong(long... choices) {
        return choices[random.nextInt(choices.length)];
    }

    @SafeVarargs
    private <T extends @Nullable Object> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
