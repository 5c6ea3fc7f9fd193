package io.banyan.e2e.diff;

import io.banyan.e2e.raw.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What several clients do, in order. Any part of it is a script again.
///
/// @param slots how many clients there are
record Script(int slots, List<Step> steps) {

    Script {
        steps = List.copyOf(steps);
    }

    Script first(int count) {
        return new Script(slots, steps.subList(0, count));
    }

    Script without(int from, int to) {
        List<Step> left = new ArrayList<>(steps.subList(0, from));
        left.addAll(steps.subList(to, steps.size()));
        return new Script(slots, left);
    }

    /// @param names of operations, as in [Op#name]
    Script withoutOps(Set<String> names) {
        return new Script(
                slots,
                steps.stream()
                        .filter(step ->
                                !(step instanceof Step.Call call
                                        && names.contains(Op.name(call.op()))))
                        .toList());
    }

    /// Without writes whose body cannot be read, for ensembles of Apache servers:
    /// [KnownDifferences#MALFORMED_WRITE_TAKES_A_ZXID].
    Script withoutMalformedWrites() {
        return new Script(
                slots,
                steps.stream()
                        .filter(step -> !(step instanceof Step.Call call && isMalformed(call)))
                        .toList());
    }

    private static boolean isMalformed(Step.Call call) {
        return Op.isWrite(call.op())
                && call.body().stream()
                        .anyMatch(field ->
                                field instanceof Field.Raw
                                        || field instanceof Field.Cut
                                        || (field instanceof Field.Sub sub && !canBeInMulti(sub)));
    }

    private static boolean canBeInMulti(Field.Sub sub) {
        return (Op.isWrite(sub.op()) || sub.op() == Op.CHECK)
                && sub.op() != Op.SET_ACL
                && !sub.body().contains(new Field.Acls(null));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            text.append(i).append(": ").append(steps.get(i)).append('\n');
        }
        return text.toString();
    }
}
