package io.banyan.sim;

import java.util.ArrayDeque;
import java.util.random.RandomGenerator;

/// A thread in slow motion: tasks come in order, are worked off together after a while, and nothing
/// happens while it is paused. It dies with the life of the server it belongs to.
final class Lane {
    /// The server behind a lane.
    interface Owner {
        /// Whether the life that the lane was made in still goes on.
        boolean lives(int life);

        /// The power failed in a call of the disk.
        void crashed();
    }

    private final World world;
    private final RandomGenerator random;
    private final Owner owner;
    private final int life;
    private final Runnable afterTasks;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean scheduled;
    private long pausedUntilMicros;

    /// @param afterTasks what the thread does when it has nothing more at hand
    Lane(World world, RandomGenerator random, Owner owner, int life, Runnable afterTasks) {
        this.world = world;
        this.random = random;
        this.owner = owner;
        this.life = life;
        this.afterTasks = afterTasks;
    }

    void post(Runnable task) {
        tasks.add(task);
        if (!scheduled) {
            schedule();
        }
    }

    /// Nothing happens for so long.
    void pause(long micros) {
        pausedUntilMicros = world.timeline().nowMicros() + micros;
    }

    private void schedule() {
        scheduled = true;
        Timeline timeline = world.timeline();
        long delay = 1L + random.nextInt(world.setup().delayMicros());
        timeline.after(Math.max(delay, pausedUntilMicros - timeline.nowMicros()), this::run);
    }

    private void run() {
        scheduled = false;
        if (!owner.lives(life)) {
            tasks.clear();
            return;
        }
        if (world.timeline().nowMicros() < pausedUntilMicros) {
            schedule();
            return;
        }
        world.liveness().queue("an inbox", tasks.size());
        try {
            for (int left = tasks.size(); left > 0 && owner.lives(life); left--) {
                tasks.remove().run();
            }
            if (owner.lives(life)) {
                afterTasks.run();
            }
        } catch (SimCrash e) {
            owner.crashed();
        }
    }
}
