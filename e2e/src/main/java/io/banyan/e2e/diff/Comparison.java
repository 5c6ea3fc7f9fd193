package io.banyan.e2e.diff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Compares what two servers answered to one script, up to what two correct servers may differ in.
///
/// - *zxids* are paired at first sight; from then on each stands for the other. In the headers of
///   replies that were waited for they must not decrease.
/// - *times* belong to a zxid: one server must tell the same time for it everywhere.
/// - *sessions* are paired as zxids are.
/// - *events* of the end of a session may come in any order, as its ephemeral nodes die in any
///   order.
final class Comparison {

    private static final String REFUSALS = "two refusals:";

    private final Map<Long, Long> leftZxidOf = new HashMap<>();
    private final Map<Long, Set<Long>> rightZxidsOf = new HashMap<>();
    private final Map<Long, Long> leftSessionOf = new HashMap<>();
    private final Map<Long, Long> rightSessionOf = new HashMap<>();
    private final Map<Long, Long> leftTimes = new HashMap<>();
    private final Map<Long, Long> rightTimes = new HashMap<>();
    private long lastLeft;
    private long lastRight;

    /// Up to here several clients wrote at once: which of them was last is anybody's guess.
    private long racedLeft;

    private long racedRight;

    /// Where two servers differ.
    ///
    /// @param step index of the step; one more than the last for what came after the script
    /// @param why in words, without numbers that change from run to run
    record Difference(int step, String why, String left, String right) {}

    /// All differences up to the first after which the two trees may no longer be the same. One
    /// that only refuses for another reason is told, and the comparison goes on.
    static List<Difference> all(Script script, Transcript left, Transcript right) {
        Comparison comparison = new Comparison();
        List<Difference> found = new ArrayList<>();
        int count = Math.min(left.outcomes().size(), right.outcomes().size());
        for (int i = 0; i < count; i++) {
            Step step = i < script.steps().size() ? script.steps().get(i) : null;
            List<Token> ofLeft = left.outcomes().get(i);
            List<Token> ofRight = right.outcomes().get(i);
            if (step != null && KnownDifferences.covers(step, ofLeft, ofRight)) {
                continue;
            }
            String why =
                    comparison.compare(
                            ordered(ofLeft, left.closeZxids()),
                            ordered(ofRight, right.closeZxids()));
            if (why != null) {
                found.add(new Difference(i, why, ofLeft.toString(), ofRight.toString()));
                if (!why.startsWith(REFUSALS)) {
                    break;
                }
            }
        }
        return found;
    }

    /// Sorts each run of events that one end of a session caused.
    private static List<Token> ordered(List<Token> tokens, Set<Long> closeZxids) {
        List<Token> result = new ArrayList<>();
        int at = 0;
        while (at < tokens.size()) {
            int end = at;
            while (end < tokens.size()
                    && tokens.get(end) instanceof Token.Event(String t, Token.Zxid(long zxid))
                    && closeZxids.contains(zxid)
                    && tokens.get(at) instanceof Token.Event first
                    && first.zxid().zxid() == zxid) {
                end++;
            }
            if (end == at) {
                result.add(tokens.get(at));
                at++;
            } else {
                List<Token> run = new ArrayList<>(tokens.subList(at, end));
                run.sort(Comparator.comparing(Token::toString));
                result.addAll(run);
                at = end;
            }
        }
        return result;
    }

    private @Nullable String compare(List<Token> left, List<Token> right) {
        String refusals = null;
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            String why = compare(left.get(i), right.get(i));
            if (why != null && why.startsWith(REFUSALS)) {
                refusals = why;
            } else if (why != null) {
                return why;
            }
        }
        return left.size() == right.size() ? refusals : "one says more";
    }

    /// "#xid err code" twice: whether both are refusals.
    private static @Nullable String texts(String left, String right) {
        if (left.equals(right)) {
            return null;
        }
        boolean refused =
                left.matches("#-?\\d+ err -\\d+")
                        && right.startsWith(left.substring(0, left.indexOf(' ')) + " err -");
        return refused
                ? REFUSALS + left.substring(left.indexOf(' ')) + right.substring(right.indexOf(' '))
                : "text";
    }

    private @Nullable String compare(Token left, Token right) {
        return switch (left) {
            case Token.Text l when right instanceof Token.Text r -> texts(l.text(), r.text());
            case Token.Event l when right instanceof Token.Event r ->
                    l.text().equals(r.text())
                            ? zxid(l.zxid().zxid(), r.zxid().zxid(), false)
                            : "event";
            case Token.Zxid l when right instanceof Token.Zxid r -> zxid(l.zxid(), r.zxid(), false);
            case Token.HeaderZxid l when right instanceof Token.HeaderZxid r -> header(l, r);
            case Token.Time l when right instanceof Token.Time r -> times(l, r);
            case Token.Session l when right instanceof Token.Session r -> session(l.id(), r.id());
            default -> "different things";
        };
    }

    private @Nullable String header(Token.HeaderZxid left, Token.HeaderZxid right) {
        if (!left.exact()) {
            racedLeft = Math.max(racedLeft, left.zxid());
            racedRight = Math.max(racedRight, right.zxid());
            return (left.zxid() > 0) == (right.zxid() > 0) ? null : "header zxid";
        }
        if (left.zxid() > 0 && right.zxid() > 0) {
            if (left.zxid() < lastLeft || right.zxid() < lastRight) {
                return "header zxid went back";
            }
            lastLeft = left.zxid();
            lastRight = right.zxid();
            if (left.zxid() <= racedLeft && right.zxid() <= racedRight) {
                return null;
            }
        }
        return zxid(left.zxid(), right.zxid(), left.malformedWrite());
    }

    /// @param mayBeNew whether the right may have taken a zxid where the left used its last again
    private @Nullable String zxid(long left, long right, boolean mayBeNew) {
        if (left <= 0 || right <= 0) {
            return left == right ? null : "zxid";
        }
        Long paired = leftZxidOf.putIfAbsent(right, left);
        if (paired != null && paired != left) {
            return "zxid";
        }
        Set<Long> rights = rightZxidsOf.computeIfAbsent(left, l -> new HashSet<>());
        if (rights.add(right) && rights.size() > 1 && !mayBeNew) {
            return "zxid";
        }
        return null;
    }

    private @Nullable String times(Token.Time left, Token.Time right) {
        if ((left.millis() == 0) != (right.millis() == 0)) {
            return "time";
        }
        return oneTime(leftTimes, left) && oneTime(rightTimes, right)
                ? null
                : "two times for one zxid";
    }

    private static boolean oneTime(Map<Long, Long> times, Token.Time time) {
        if (time.zxid() == 0) {
            // Several znodes that no transaction made share it, with a time each.
            return true;
        }
        Long before = times.putIfAbsent(time.zxid(), time.millis());
        return before == null || before == time.millis();
    }

    private @Nullable String session(long left, long right) {
        if (left == 0 || right == 0) {
            return left == right ? null : "session";
        }
        Long l = leftSessionOf.putIfAbsent(right, left);
        Long r = rightSessionOf.putIfAbsent(left, right);
        return (l == null || l == left) && (r == null || r == right) ? null : "session";
    }
}
