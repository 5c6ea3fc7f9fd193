package io.banyan.e2e.diff;

import java.util.List;
import java.util.Set;

/// What one server answered to a script.
///
/// @param outcomes one for each step that was run: all that arrived on the step's connection since
///   the connection's step before, up to and with the answer
/// @param closeZxids of the ends of sessions, whose events may come in any order
record Transcript(List<List<Token>> outcomes, Set<Long> closeZxids) {}
