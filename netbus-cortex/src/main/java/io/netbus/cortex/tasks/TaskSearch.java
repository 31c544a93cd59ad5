package io.netbus.cortex.tasks;

import io.netbus.cortex.fold.Rows;
import io.netbus.cortex.query.Direction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Function;
import java.util.function.Predicate;

/** Answers a query by looking at the rows; searches are equal when their queries are. */
record TaskSearch(TaskQuery query) implements Function<Rows<Task>, List<Task>> {

    /** Above this a limit is no longer worth a heap. */
    private static final int MAX_HEAP = 1024;

    @Override
    public List<Task> apply(Rows<Task> rows) {
        if (query.order() == TaskOrder.ID) {
            return firstById(rows);
        }
        Comparator<Task> order = query.direction().apply(query.order().comparator());
        return query.limit().max() <= MAX_HEAP ? firstByHeap(rows, order) : sorted(rows, order);
    }

    long count(Rows<Task> rows) {
        if (!query.isFiltered()) {
            return rows.size();
        }
        long[] count = new long[1];
        rows.ascending(task -> {
            if (query.matches(task)) {
                count[0]++;
            }
            return true;
        });
        return count[0];
    }

    boolean exists(Rows<Task> rows) {
        boolean[] found = new boolean[1];
        rows.ascending(task -> {
            found[0] = query.matches(task);
            return !found[0];
        });
        return found[0];
    }

    /** Rows lie in the order of their ids, so this looks at no more of them than it must. */
    private List<Task> firstById(Rows<Task> rows) {
        List<Task> found = new ArrayList<>();
        Predicate<Task> visitor = task -> {
            if (query.matches(task)) {
                found.add(task);
            }
            return found.size() < query.limit().max();
        };
        if (query.direction() == Direction.ASC) {
            rows.ascending(visitor);
        } else {
            rows.descending(visitor);
        }
        return List.copyOf(found);
    }

    private List<Task> firstByHeap(Rows<Task> rows, Comparator<Task> order) {
        int max = query.limit().max();
        PriorityQueue<Task> first = new PriorityQueue<>(order.reversed()); // its head is the last of them
        rows.ascending(task -> {
            if (query.matches(task)) {
                if (first.size() < max) {
                    first.add(task);
                } else if (order.compare(task, first.element()) < 0) {
                    first.remove();
                    first.add(task);
                }
            }
            return true;
        });
        return first.stream().sorted(order).toList();
    }

    private List<Task> sorted(Rows<Task> rows, Comparator<Task> order) {
        List<Task> found = new ArrayList<>();
        rows.ascending(task -> {
            if (query.matches(task)) {
                found.add(task);
            }
            return true;
        });
        return found.stream().sorted(order).limit(query.limit().max()).toList();
    }
}
