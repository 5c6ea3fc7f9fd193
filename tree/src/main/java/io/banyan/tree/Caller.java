package io.banyan.tree;

import io.banyan.wire.Id;
import java.util.ArrayList;
import java.util.List;

/// Who asks: the ids that a connection has proved. Immutable.
public final class Caller {
    private static final Caller NOBODY = new Caller(List.of());

    private final List<Id> ids;
    private final boolean isSuper;

    private Caller(List<Id> ids) {
        this.ids = ids;
        this.isSuper = ids.stream().anyMatch(id -> "super".equals(id.scheme()));
    }

    /// @param ids in the order in which the connection got them; copied
    public static Caller of(List<Id> ids) {
        return ids.isEmpty() ? NOBODY : new Caller(List.copyOf(ids));
    }

    public List<Id> ids() {
        return ids;
    }

    /// Whether no ACL holds this caller back.
    public boolean isSuper() {
        return isSuper;
    }

    /// This caller with one id more; the same caller if it has that id.
    public Caller with(Id id) {
        if (ids.contains(id)) {
            return this;
        }
        var more = new ArrayList<Id>(ids);
        more.add(id);
        return new Caller(List.copyOf(more));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Caller that && ids.equals(that.ids);
    }

    @Override
    public int hashCode() {
        return ids.hashCode();
    }

    @Override
    public String toString() {
        return "Caller" + ids;
    }
}
