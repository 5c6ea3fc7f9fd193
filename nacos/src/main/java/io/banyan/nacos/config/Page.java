package io.banyan.nacos.config;

import java.util.List;
import java.util.function.Function;

/// One page of a longer list.
///
/// @param number from 1
/// @param totalCount of the whole list
/// @param pagesAvailable pages of this size
public record Page<T>(List<T> items, int number, int totalCount, int pagesAvailable) {
    /// @param number from 1
    /// @param size items on a page
    public static <T> Page<T> of(List<T> all, int number, int size) {
        int perPage = Math.max(1, size);
        long from = (Math.max(1, number) - 1L) * perPage;
        int begin = (int) Math.min(all.size(), from);
        int end = (int) Math.min(all.size(), (long) begin + perPage);
        int pages = (int) ((all.size() + (long) perPage - 1) / perPage);
        return new Page<>(List.copyOf(all.subList(begin, end)), number, all.size(), pages);
    }

    public <U> Page<U> map(Function<T, U> mapping) {
        return new Page<>(items.stream().map(mapping).toList(), number, totalCount, pagesAvailable);
    }
}
