package io.banyan.nacos.tree;

import java.util.Collection;

/// Told on the door's thread what happened below the watched roots.
public interface TreeListener {
    /// Everything may be different, as after a start or a lost connection.
    void onReset(View view);

    /// These znodes were created, deleted or got data since the last call, in no order that means
    /// anything.
    void onChanged(View view, Collection<String> paths);
}
