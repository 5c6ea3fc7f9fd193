package io.banyan.cli.subtree;

import io.banyan.cli.command.ZnodePath;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Reads a subtree, a znode before its children and children by name. What vanishes on the way is
/// left out. Confined to one thread.
final class Walk {
    /// Requests under way at once: enough to hide the network, few enough for any server.
    private static final int AHEAD = 256;

    /// What a walk meets.
    @FunctionalInterface
    interface Visitor {
        /// @param depth 0 for the root
        /// @param isLast of its siblings
        /// @return whether to go below it
        /// @throws Exception whatever; it ends the walk
        boolean visit(Node node, int depth, boolean isLast) throws Exception;
    }

    private record Step(String path, int depth, boolean isLast) {}

    private Walk() {}

    /// With data, depth first.
    ///
    /// @throws BanyanException.NoNode if the root is not there
    static void deep(Banyan client, String root, Visitor visitor) throws Exception {
        var left = new ArrayDeque<Step>();
        left.push(new Step(root, 0, true));
        while (!left.isEmpty()) {
            Step step = left.pop();
            Node node;
            try {
                node = client.get(step.path());
            } catch (BanyanException.NoNode e) {
                if (step.depth() == 0) {
                    throw e;
                }
                continue;
            }
            if (!visitor.visit(node, step.depth(), step.isLast())
                    || node.stat().numChildren() == 0) {
                continue;
            }
            List<String> names = names(client, step.path());
            for (int i = names.size() - 1; i >= 0; i--) {
                left.push(
                        new Step(
                                ZnodePath.child(step.path(), names.get(i)),
                                step.depth() + 1,
                                i == names.size() - 1));
            }
        }
    }

    private static List<String> names(Banyan client, String path) {
        try {
            return client.children(path).names();
        } catch (BanyanException.NoNode e) {
            return List.of();
        }
    }

    /// All of it level by level: quicker than {@link #deep}, since requests do not wait for each
    /// other.
    ///
    /// @return parents before their children
    static List<Node> wide(Banyan client, String root) {
        var all = new ArrayList<Node>();
        List<String> level = List.of(root);
        while (!level.isEmpty()) {
            var next = new ArrayList<String>();
            for (int from = 0; from < level.size(); from += AHEAD) {
                part(client, level.subList(from, Math.min(level.size(), from + AHEAD)), all, next);
            }
            level = next;
        }
        if (all.isEmpty()) {
            all.add(client.get(root));
        }
        return all;
    }

    private static void part(Banyan client, List<String> paths, List<Node> all, List<String> next) {
        var nodes = new ArrayList<CompletableFuture<Node>>();
        var children = new ArrayList<CompletableFuture<List<String>>>();
        for (String path : paths) {
            nodes.add(client.async().get(path));
            children.add(client.async().children(path).thenApply(each -> each.names()));
        }
        for (int i = 0; i < paths.size(); i++) {
            try {
                Node node = nodes.get(i).join();
                List<String> names = children.get(i).join();
                all.add(node);
                for (String name : names) {
                    next.add(ZnodePath.child(paths.get(i), name));
                }
            } catch (CompletionException e) {
                if (e.getCause() instanceof BanyanException.NoNode) {
                    // It went while we were on our way.
                    continue;
                }
                throw e;
            }
        }
    }
}
