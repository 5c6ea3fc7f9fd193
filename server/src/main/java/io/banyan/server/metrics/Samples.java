package io.banyan.server.metrics;

/// Takes samples one by one, a family's head first.
interface Samples {
    /// @param type `gauge`, `counter` or `summary`
    void family(String name, String help, String type);

    /// @param value shown as a double
    /// @param labels names and values by turns
    void sample(String name, Number value, String... labels);

    /// Labels in braces, nothing if there are none.
    ///
    /// @param end what stands before the closing brace
    static String labels(String[] labels, String end) {
        if (labels.length == 0) {
            return "";
        }
        var text = new StringBuilder("{");
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? "" : ",").append(labels[i]).append("=\"");
            text.append(escaped(labels[i + 1])).append('"');
        }
        return text.append(end).append('}').toString();
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
