package io.banyan.wire;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes our records as the captures show Apache's: the values in their order, whatever the fields
/// are called.
final class Fields {
    private final Set<Class<?>> seen = new LinkedHashSet<>();

    /// The records that were written so far.
    Set<Class<?>> seen() {
        return seen;
    }

    String of(@Nullable Object value) {
        if (value != null) {
            seen.add(value.getClass());
        }
        return switch (value) {
            case null -> "null";
            case byte[] bytes -> "#" + HexFormat.of().formatHex(bytes);
            case String s ->
                    '"' + s.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + '"';
            case Integer i -> i.toString();
            case Long l -> l.toString();
            case Boolean b -> b.toString();
            case List<?> list -> "[" + joined(list) + "]";
            case MultiRequest multi -> {
                var parts = new StringBuilder("(");
                for (MultiOp op : multi.ops()) {
                    parts.append(of(new MultiHeader(op.type(), false, -1))).append(' ');
                    parts.append(of(only(op))).append(' ');
                }
                yield parts.append(of(MultiHeader.END)).append(')').toString();
            }
            case MultiReadRequest multi -> {
                var parts = new StringBuilder("(");
                for (MultiReadRequest.Op op : multi.ops()) {
                    parts.append(of(new MultiHeader(op.type(), false, -1))).append(' ');
                    parts.append(of(only(op))).append(' ');
                }
                yield parts.append(of(MultiHeader.END)).append(')').toString();
            }
            case MultiReply multi -> {
                var parts = new StringBuilder("(");
                for (MultiResult result : multi.results()) {
                    parts.append(of(result)).append(' ');
                }
                yield parts.append(of(MultiHeader.END)).append(')').toString();
            }
            case MultiResult result ->
                    switch (result) {
                        case MultiResult.Created(var reply) -> header(result) + " " + of(reply);
                        case MultiResult.CreatedWithStat(var reply) ->
                                header(result) + " " + of(reply);
                        case MultiResult.Data(var reply) -> header(result) + " " + of(reply);
                        case MultiResult.Children(var reply) -> header(result) + " " + of(reply);
                        case MultiResult.DataSet(var stat) ->
                                header(result) + " (" + of(stat) + ")";
                        case MultiResult.Deleted() -> header(result);
                        case MultiResult.Checked() -> header(result);
                        case MultiResult.Failed(int err) ->
                                of(new MultiHeader(-1, false, err)) + " (" + err + ")";
                    };
            case Record record -> "(" + joined(components(record)) + ")";
            default -> throw new AssertionError(value.getClass());
        };
    }

    private String header(MultiResult result) {
        return of(new MultiHeader(result.type(), false, 0));
    }

    private String joined(List<?> values) {
        return values.stream().map(this::of).collect(Collectors.joining(" "));
    }

    private @Nullable Object only(Object record) {
        seen.add(record.getClass());
        return components((Record) record).getLast();
    }

    private static List<@Nullable Object> components(Record record) {
        var values = new ArrayList<@Nullable Object>();
        for (RecordComponent each : record.getClass().getRecordComponents()) {
            try {
                values.add(each.getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return values;
    }
}
