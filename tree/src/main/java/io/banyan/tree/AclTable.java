package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The ACLs that znodes have, each kept once under a number, with the count of its users.
/// Immutable.
///
/// {@link Acl#OPEN} has the number -1, is not kept and costs nothing. A list whose last user goes
/// is forgotten; numbers are never given twice in the life of a table.
final class AclTable {
    static final AclTable EMPTY = new AclTable(Trie.EMPTY, Trie.EMPTY, 1);

    /// The open list as clients send it.
    private static final byte[] OPEN_BYTES = encode(Acl.OPEN);

    private final Trie byNumber;
    private final Trie byList;
    private final long nextNumber;

    private AclTable(Trie byNumber, Trie byList, long nextNumber) {
        this.byNumber = byNumber;
        this.byList = byList;
        this.nextNumber = nextNumber;
    }

    /// A list, its number, its users.
    private static final class Entry extends Keyed {
        final List<Acl> acl;
        final long number;
        final int users;

        Entry(List<Acl> acl, long number, int users) {
            super(key(number));
            this.acl = acl;
            this.number = number;
            this.users = users;
        }
    }

    /// A number under its list's bytes.
    private static final class Numbered extends Keyed {
        final long number;

        Numbered(byte[] list, long number) {
            super(Trie.keyOnly(list, 0, list.length));
            this.number = number;
        }
    }

    static boolean isOpen(byte[] bytes, int from, int end) {
        return end - from == OPEN_BYTES.length && Paths.startsWith(bytes, from, end, OPEN_BYTES);
    }

    static byte[] encode(List<Acl> acl) {
        var out = new JuteWriter(16 + 48 * acl.size());
        out.writeVector(acl, (writer, each) -> each.encode(writer));
        return out.toByteArray();
    }

    private static byte[] key(long number) {
        byte[] key = new byte[1 + Varint.sizeOf(number)];
        key[0] = (byte) (key.length - 1);
        Varint.put(key, 1, number);
        return key;
    }

    private @Nullable Entry find(long number) {
        byte[] key = key(number);
        return (Entry) byNumber.find(key, 1, key.length);
    }

    /// @throws MalformedRecord if no list has this number
    List<Acl> list(long number) {
        if (number == Fields.OPEN_ACL) {
            return Acl.OPEN;
        }
        Entry entry = find(number);
        if (entry == null) {
            throw new MalformedRecord("no ACL has the number " + number);
        }
        return entry.acl;
    }

    /// @return the number that the list has, or will have once it is used
    long numberOf(List<Acl> acl) {
        if (acl.equals(Acl.OPEN)) {
            return Fields.OPEN_ACL;
        }
        byte[] list = encode(acl);
        var numbered = (Numbered) byList.find(list, 0, list.length);
        return numbered == null ? nextNumber : numbered.number;
    }

    /// One user more of the list under a number that {@link #numberOf} told.
    AclTable used(List<Acl> acl, long number, int usersMore, @Nullable Edit edit) {
        if (number == Fields.OPEN_ACL) {
            return this;
        }
        Entry entry = find(number);
        if (entry == null) {
            return new AclTable(
                    byNumber.put(new Entry(List.copyOf(acl), number, usersMore), edit),
                    byList.put(new Numbered(encode(acl), number), edit),
                    Math.max(nextNumber, number + 1));
        }
        var more = new Entry(entry.acl, number, entry.users + usersMore);
        return new AclTable(byNumber.put(more, edit), byList, nextNumber);
    }

    /// One user less.
    AclTable released(long number, @Nullable Edit edit) {
        if (number == Fields.OPEN_ACL) {
            return this;
        }
        Entry entry = find(number);
        if (entry == null) {
            throw new IllegalStateException("released ACL " + number + " is not in use");
        }
        if (entry.users > 1) {
            var less = new Entry(entry.acl, number, entry.users - 1);
            return new AclTable(byNumber.put(less, edit), byList, nextNumber);
        }
        byte[] list = encode(entry.acl);
        byte[] key = entry.packed;
        return new AclTable(
                byNumber.remove(key, 1, key.length, edit),
                byList.remove(list, 0, list.length, edit),
                nextNumber);
    }

    /// Is told every list and its number.
    interface Visitor<E extends Exception> {
        void acl(long number, List<Acl> acl) throws E;
    }

    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        Trie.Cursor cursor = byNumber.cursor();
        for (Object next = cursor.next(); next != null; next = cursor.next()) {
            Entry entry = (Entry) next;
            visitor.acl(entry.number, entry.acl);
        }
    }
}
