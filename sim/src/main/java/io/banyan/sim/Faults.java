package io.banyan.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// What goes wrong in a run, as often as its setup says, until all is healed.
final class Faults {
    private final World world;
    private final Setup setup;
    private final RandomGenerator random;

    Faults(World world, RandomGenerator random) {
        this.world = world;
        this.setup = world.setup();
        this.random = random;
    }

    void begin() {
        every(setup.crashEvery(), () -> crash(anyServer()));
        every(setup.pauseEvery(), () -> pause(anyServer()));
        every(setup.diskFaultEvery(), () -> failDisk(anyServer()));
        every(
                setup.clockStepEvery(),
                () -> anyServer().stepWallClock(random.nextInt(20_000) - 10_000));
        every(setup.cutEvery(), this::cutClient);
        every(setup.linkCutEvery(), this::cutLink);
        every(setup.clogEvery(), this::clogLink);
        every(setup.partitionEvery(), this::partition);
        every(setup.damageEvery(), () -> damage(anyServer()));
    }

    private void every(long meanMicros, Runnable fault) {
        if (meanMicros <= 0) {
            return;
        }
        world.timeline()
                .after(
                        1 + random.nextLong(2 * meanMicros),
                        () -> {
                            if (!world.isHealed()) {
                                fault.run();
                                every(meanMicros, fault);
                            }
                        });
    }

    private SimServer anyServer() {
        List<SimServer> servers = world.servers();
        return servers.get(random.nextInt(servers.size()));
    }

    private void crash(SimServer server) {
        int way = random.nextInt(4);
        int when = random.nextInt(20);
        if (setup.isEnsemble() && random.nextInt(10) == 0) {
            // All at once, as when the power of a whole room fails.
            world.servers().stream()
                    .filter(SimServer::isUp)
                    .forEach(each -> each.powerFails("everywhere"));
            return;
        }
        if (!server.isUp()) {
            server.crashInDisk(when); // During recovery.
            return;
        }
        switch (way) {
            case 0 -> server.powerFails("at any time");
            case 1 -> server.processEnds("killed");
            case 2 -> server.crashAfterEffects(when);
            default -> server.crashInDisk(when);
        }
    }

    private void pause(SimServer server) {
        int which = random.nextInt(8);
        long micros = 1L + random.nextInt(random.nextBoolean() ? 50_000 : 5_000_000);
        server.pause(which, micros);
    }

    private void failDisk(SimServer server) {
        int way = random.nextInt(8);
        if (way < 2) {
            server.pauseLog(1L + random.nextInt(1_000_000));
            return;
        } else if (way == 2) {
            server.fillDisk(random.nextInt(4_000), 1L + random.nextInt(2_000_000));
            return;
        }
        var all = SimDisk.Fault.values();
        SimDisk.Fault fault = all[random.nextInt(all.length)];
        world.trace(server, "disk will fail with " + fault);
        server.failDisk(random.nextInt(10), fault);
    }

    private void cutClient() {
        List<SimConnection> connections = world.connections();
        boolean halfOpen = random.nextInt(4) == 0;
        int which = random.nextInt(1000);
        if (!connections.isEmpty()) {
            connections.get(which % connections.size()).cut(halfOpen);
        }
    }

    private void cutLink() {
        List<SimLink> links = world.network().links();
        boolean halfOpen = random.nextInt(4) == 0;
        int which = random.nextInt(1000);
        if (!links.isEmpty()) {
            links.get(which % links.size()).cut(halfOpen);
        }
    }

    private void clogLink() {
        List<SimLink> links = world.network().links();
        long micros = random.nextInt(random.nextBoolean() ? 50_000 : 2_000_000);
        int which = random.nextInt(1000);
        if (!links.isEmpty()) {
            links.get(which % links.size()).clog(micros);
        }
    }

    /// Redraws who reaches whom.
    private void partition() {
        int way = random.nextInt(5);
        int count = world.servers().size();
        var side = new boolean[count + 1];
        for (int i = 1; i <= count; i++) {
            side[i] = random.nextBoolean();
        }
        int alone = 1 + random.nextInt(count);
        var blocked = new ArrayList<String>();
        for (int from = 1; from <= count; from++) {
            for (int to = 1; to <= count; to++) {
                if (from == to) {
                    continue;
                }
                boolean block =
                        switch (way) {
                            case 0 -> false;
                            case 1 -> side[from] != side[to];
                            case 2 -> from == alone || to == alone;
                            case 3 -> random.nextInt(4) == 0;
                            default -> side[from] && !side[to];
                        };
                world.network().block(from, to, block);
                if (block) {
                    blocked.add(from + ">" + to);
                }
            }
        }
        world.trace("net", "blocked " + blocked);
    }

    /// A disk rots or is emptied, where the others have all that it had.
    private void damage(SimServer server) {
        boolean rot = random.nextBoolean();
        if (!world.agreement().canLose(server.id())) {
            return;
        }
        if (server.isUp()) {
            server.processEnds("its disk");
        }
        if (world.agreement().canLose(server.id())) {
            if (rot) {
                server.rot();
            } else {
                server.wipe();
            }
        }
    }

    /// Servers that may stay away for good: without them a quorum of sound ones is left.
    List<SimServer> expendable() {
        var away = new ArrayList<SimServer>();
        // Who was away while others left has to be told by one of them who the members are.
        if (!setup.isEnsemble() || random.nextBoolean() || setup.isReconfigurable()) {
            return away;
        }
        var core = new ArrayList<Long>();
        for (SimServer each : world.servers()) {
            if (!world.agreement().isDamaged(each.id())) {
                core.add((long) each.id());
            }
        }
        for (SimServer each : world.servers()) {
            long id = each.id();
            if (random.nextBoolean()) {
                boolean was = core.remove(id);
                if (world.electorate().isQuorum(core)) {
                    away.add(each);
                } else if (was) {
                    core.add(id);
                }
            }
        }
        return away;
    }
}
