package io.banyan.e2e.nacos;

import java.io.PrintStream;

/// A play on servers that others use before and after it, told of in a line or two.
@FunctionalInterface
interface Performance {

    /// @throws Exception if something is not as it should be
    void run(Field field) throws Exception;

    /// Plays it, and heals the servers.
    ///
    /// @param what names it in what is printed
    /// @return whether all was as it should be
    static boolean show(Servers servers, String what, PrintStream out, Performance play) {
        long began = System.nanoTime();
        try (var field = new Field(servers, Long.toString(began), 0)) {
            play.run(field);
            long seconds = (System.nanoTime() - began) / 1_000_000_000;
            out.println("passed  " + what + ", " + seconds + " s");
            return true;
        } catch (Exception e) {
            out.println("FAILED  " + what + " " + e);
            if (e.getCause() != null) {
                out.println("        because " + e.getCause());
            }
            return false;
        } finally {
            servers.heal();
        }
    }
}
