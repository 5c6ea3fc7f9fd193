package io.banyan.e2e.soak;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Whether the promises were kept, from what clients wrote down.
///
/// Answers carry zxids, so almost nothing has to be searched: the zxids of writes are their order,
/// and each promise is a comparison with it. [Linearizability] believes no zxid and searches.
final class Judge {
    private static final int REPORTED_MAX = 20;

    private final List<Operation> operations;
    private final List<Sight> sights;
    private final List<String> broken = new ArrayList<>();

    /// Writes that were done, by key and zxid.
    private final Map<Integer, NavigableMap<Long, Operation>> done = new HashMap<>();

    /// Writes without an answer, by value: values are unique.
    private final Map<Long, Operation> open = new HashMap<>();

    Judge(Collection<History> histories) {
        this.operations = new ArrayList<>();
        this.sights = new ArrayList<>();
        for (History each : histories) {
            operations.addAll(each.operations);
            sights.addAll(each.sights);
            broken.addAll(each.broken);
        }
        for (Operation each : operations) {
            if (each.kind() == Operation.Kind.WRITE) {
                if (each.isDone()) {
                    sortIn(each);
                } else if (!each.isAnswered()) {
                    open.put(each.value(), each);
                }
            }
        }
    }

    private void sortIn(Operation write) {
        Operation other =
                done.computeIfAbsent(write.key(), key -> new TreeMap<>()).put(write.zxid(), write);
        if (other != null) {
            report("two writes have one zxid", other, write);
        }
    }

    /// @param last a read of every key at the end, through each server
    /// @return what was broken, the first of each kind of it
    List<String> verdict(List<Operation> last) {
        zxidsAgreeWithTime();
        versionsRiseWithZxids();
        readsShowWhatWasWritten(operations);
        readsShowWhatWasWritten(last);
        nothingAcknowledgedIsLost(last);
        sessionsNeverGoBack();
        watchesFire();
        var all = new ArrayList<>(operations);
        all.addAll(last);
        broken.addAll(Linearizability.verdict(all));
        return broken.size() > REPORTED_MAX ? broken.subList(0, REPORTED_MAX) : broken;
    }

    private void report(String promise, Object... facts) {
        var line = new StringBuilder(promise);
        for (Object fact : facts) {
            line.append("\n    ").append(fact);
        }
        broken.add(line.toString());
    }

    /// What was answered before a write was sent has a lower zxid (linearizable writes).
    private void zxidsAgreeWithTime() {
        var byReturn = new ArrayList<Operation>();
        var byInvoke = new ArrayList<Operation>();
        for (Operation each : operations) {
            if (each.isAnswered()) {
                byReturn.add(each);
                if (each.kind() == Operation.Kind.WRITE && each.err() == 0) {
                    byInvoke.add(each);
                }
            }
        }
        byReturn.sort(Comparator.comparingLong(Operation::returnedNanos));
        byInvoke.sort(Comparator.comparingLong(Operation::invokedNanos));
        Operation newest = null;
        int next = 0;
        for (Operation write : byInvoke) {
            while (next < byReturn.size()
                    && byReturn.get(next).returnedNanos() < write.invokedNanos()) {
                Operation returned = byReturn.get(next++);
                if (newest == null || returned.zxid() > newest.zxid()) {
                    newest = returned;
                }
            }
            if (newest != null && write.zxid() <= newest.zxid()) {
                report("a write got a zxid that had been seen before it was sent", newest, write);
            }
        }
    }

    /// Each write makes the next version; what is between two acknowledged ones had no answer.
    private void versionsRiseWithZxids() {
        for (var key : done.entrySet()) {
            long unanswered = open.values().stream().filter(o -> o.key() == key.getKey()).count();
            Operation former = null;
            long skipped = 0;
            for (Operation write : key.getValue().values()) {
                int before = former == null ? 0 : former.version();
                if (write.version() <= before) {
                    report("versions fall while zxids rise", former == null ? "-" : former, write);
                }
                skipped += write.version() - before - 1;
                former = write;
            }
            if (skipped > unanswered) {
                report(
                        "versions of key "
                                + key.getKey()
                                + " skip "
                                + skipped
                                + " writes, but only "
                                + unanswered
                                + " had no answer");
            }
        }
    }

    private void readsShowWhatWasWritten(List<Operation> reads) {
        var valueOf = new HashMap<Long, Operation>();
        var completed = new TreeMap<Integer, NavigableMap<Long, Long>>();
        done.forEach((key, writes) -> completed.put(key, newestByReturn(writes)));
        for (Operation read : reads) {
            if (read.kind() != Operation.Kind.READ || !read.isDone()) {
                continue;
            }
            NavigableMap<Long, Operation> writes = done.getOrDefault(read.key(), new TreeMap<>());
            Operation write = writes.get(read.mzxid());
            if (write != null) {
                if (write.value() != read.value() || write.version() != read.version()) {
                    report("a read shows another value than its write wrote", write, read);
                }
            } else if (read.version() > 0 && !open.containsKey(read.value())) {
                report("a read shows what nobody wrote", read);
            } else if (read.version() > 0) {
                // Its write had no answer, but it happened: once.
                Operation other = valueOf.putIfAbsent(read.mzxid(), read);
                if (other != null && other.value() != read.value()) {
                    report("one zxid shows two values", other, read);
                }
            }
            var newest = writes.floorEntry(read.zxid());
            if (newest != null && newest.getKey() > read.mzxid()) {
                report("a read is older than its own zxid says", newest.getValue(), read);
            }
            if (read.mzxid() > read.zxid()) {
                report("a read is newer than its own zxid says", read);
            }
            if (read.syncedNanos() != Operation.NEVER) {
                var before = completed.getOrDefault(read.key(), new TreeMap<>());
                var floor = before.lowerEntry(read.syncedNanos());
                if (floor != null && floor.getValue() > read.mzxid()) {
                    report("a read after a sync misses " + floor.getValue(), read);
                }
            }
        }
    }

    /// For any moment the highest zxid of the writes answered until then.
    private static NavigableMap<Long, Long> newestByReturn(NavigableMap<Long, Operation> writes) {
        var sorted = new ArrayList<>(writes.values());
        sorted.sort(Comparator.comparingLong(Operation::returnedNanos));
        var result = new TreeMap<Long, Long>();
        long newest = 0;
        for (Operation write : sorted) {
            newest = Math.max(newest, write.zxid());
            result.put(write.returnedNanos(), newest);
        }
        return result;
    }

    private void nothingAcknowledgedIsLost(List<Operation> last) {
        for (Operation read : last) {
            NavigableMap<Long, Operation> writes = done.getOrDefault(read.key(), new TreeMap<>());
            if (writes.isEmpty()) {
                continue;
            }
            if (!read.isDone()) {
                report("a znode with acknowledged writes is gone", writes.lastEntry(), read);
                continue;
            }
            if (read.mzxid() < writes.lastKey()) {
                report("the last acknowledged write is lost", writes.lastEntry().getValue(), read);
            }
            long unanswered = open.values().stream().filter(o -> o.key() == read.key()).count();
            if (read.version() < writes.size() || read.version() > writes.size() + unanswered) {
                report(
                        writes.size()
                                + " writes were acknowledged and "
                                + unanswered
                                + " had no answer, but the version is another",
                        read);
            }
        }
    }

    private void sessionsNeverGoBack() {
        var lastOf = new HashMap<Long, Operation>();
        for (Operation each : operations) {
            if (!each.isAnswered()) {
                continue;
            }
            Operation former = lastOf.put(each.session(), each);
            if (former != null && each.zxid() < former.zxid()) {
                report("a session was shown an older state than before", former, each);
            }
        }
    }

    private void watchesFire() {
        for (Sight sight : sights) {
            var writes = done.getOrDefault(sight.key(), new TreeMap<>());
            Long missed = writes.higherKey(sight.setZxid());
            if (missed != null && missed <= sight.quietZxid()) {
                report("a watch did not fire before its change was seen", sight, missed);
            }
        }
    }
}
