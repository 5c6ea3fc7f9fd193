/// What an operator asks a running server: four-letter words, and the facts they show.
///
/// In: {@link io.banyan.server.operate.ServerFacts}, which the host of the gateways and the replica
/// implements, and the configuration. Out: the texts that ZooKeeper 3.9 answers, to the letter,
/// since scripts and dashboards cut them apart.
///
/// Invariant: nothing here changes the server but what the operator asks for by name (`srst`,
/// `crst`, `stmk`), and a word that is not in the white list learns nothing.
@NullMarked
package io.banyan.server.operate;

import org.jspecify.annotations.NullMarked;
