package io.banyan.bench.load;

import java.nio.ByteBuffer;

/// The requests of one {@link Work}, in the order in which they are sent. Confined to the
/// generator's thread.
final class Requests {
    /// Numbers are drawn at random below this, or counted up if it is 0.
    private final int keys;

    private final int writePercent;
    private final RequestFrame read;
    private final RequestFrame write;
    private int nextNumber;

    Requests(Work work) {
        switch (work) {
            case Work.Get(String base, int count) -> {
                keys = count;
                writePercent = 0;
                read = write = RequestFrame.getData(base, false);
            }
            case Work.Exists(String base, int count) -> {
                keys = count;
                writePercent = 0;
                read = write = RequestFrame.exists(base);
            }
            case Work.Children(String path) -> {
                keys = 1;
                writePercent = 0;
                read = write = RequestFrame.getChildren(path);
            }
            case Work.Ping() -> {
                keys = 1;
                writePercent = 0;
                read = write = RequestFrame.ping();
            }
            case Work.Watch(String path) -> {
                keys = 1;
                writePercent = 0;
                read = write = RequestFrame.getDataOf(path, true);
            }
            case Work.Set(String base, int count, int dataBytes) -> {
                keys = count;
                writePercent = 100;
                read = write = RequestFrame.setData(base, dataBytes);
            }
            case Work.Mixed(String base, int count, int dataBytes, int readPercent) -> {
                keys = count;
                writePercent = 100 - readPercent;
                read = RequestFrame.getData(base, false);
                write = RequestFrame.setData(base, dataBytes);
            }
            case Work.Create(String base, int first, int dataBytes, boolean ephemeral) -> {
                keys = 0;
                writePercent = 100;
                nextNumber = first;
                read = write = RequestFrame.create(base, dataBytes, ephemeral);
            }
            case Work.Fan(String base, int first, int perDirectory, int dataBytes) -> {
                keys = 0;
                writePercent = 100;
                nextNumber = first;
                read = write = RequestFrame.createInDirectory(base, perDirectory, dataBytes);
            }
            case Work.Directories(String base) -> {
                keys = 0;
                writePercent = 100;
                read = write = RequestFrame.createDirectory(base);
            }
            case Work.GetFan(String base, int count, int perDirectory) -> {
                keys = count;
                writePercent = 0;
                read = write = RequestFrame.getDataInDirectory(base, perDirectory);
            }
            case Work.SetFan(String base, int count, int perDirectory, int dataBytes) -> {
                keys = count;
                writePercent = 100;
                read = write = RequestFrame.setDataInDirectory(base, perDirectory, dataBytes);
            }
            case Work.Delete(String base, int first) -> {
                keys = 0;
                writePercent = 100;
                nextNumber = first;
                read = write = RequestFrame.delete(base);
            }
            case Work.CreatePath(String path) -> {
                keys = 1;
                writePercent = 100;
                read = write = RequestFrame.createPath(path);
            }
            case Work.SetPath(String path, int dataBytes) -> {
                keys = 1;
                writePercent = 100;
                read = write = RequestFrame.setDataOf(path, dataBytes);
            }
        }
    }

    /// @param random uniform over 31 bits
    boolean nextIsWrite(int random) {
        return writePercent != 0 && (writePercent == 100 || scaled(random, 100) < writePercent);
    }

    /// @param random uniform over 31 bits
    void put(ByteBuffer out, int xid, boolean isWrite, int random) {
        int number = keys == 0 ? nextNumber++ : scaled(random, keys);
        (isWrite ? write : read).put(out, xid, number);
    }

    /// The xid that the reply to request `xid` carries.
    int replyXid(int xid) {
        return read.fixedXid() == 0 ? xid : read.fixedXid();
    }

    int lengthBytesMax() {
        return Math.max(read.lengthBytes(), write.lengthBytes());
    }

    private static int scaled(int random31, int below) {
        return (int) (((long) random31 * below) >>> 31);
    }
}
