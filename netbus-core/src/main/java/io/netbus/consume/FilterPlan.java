package io.netbus.consume;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A filter, compiled for {@link FilterScan}.
 * <p>
 * All places a filter looks at form one tree of nodes, the payload's root on top. A container to be equal to is taken
 * apart into places as well: {@code {"a":[1]}} is an object of exactly the one key {@code a}, there an array of length 1,
 * there at index 0 the number 1. So one pass over a payload notes a value's kind per node, and nothing is kept of it.
 */
final class FilterPlan {

    /* What a node can hold. Scalars a filter asks for are numbered from 0; what it never asks for is OTHER. */
    static final int OTHER = -1;
    static final int OBJECT = -2;
    static final int ARRAY = -3;
    static final int TRUE = 0;
    static final int FALSE = 1;
    static final int NULL = 2;
    private static final int FIRST_TEXT_OR_NUMBER = 3;

    /** Those an array can have: a payload is shorter than the least it leaves out. */
    private static final Pattern ARRAY_INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

    /** A place. Parents come before their children in {@link #nodes}. */
    static final class Node {
        final int id;
        final int parent;
        final Map<String, Node> byName = new HashMap<>();
        final Map<String, Integer> texts = new HashMap<>(); // to the scalar's number
        final Map<String, Integer> numbers = new HashMap<>(); // by Json.canonicalNumber
        int[] indexes = {}; // those names that are array indexes, ascending
        Node[] byIndex = {}; // their nodes
        boolean measured; // whether a condition asks how many members it has

        private Node(int id, int parent) {
            this.id = id;
            this.parent = parent;
        }

        private void sortIndexes() {
            Map<Integer, Node> sorted = new TreeMap<>();
            byName.forEach((name, node) -> {
                if (ARRAY_INDEX.matcher(name).matches()) {
                    sorted.put(Integer.parseInt(name), node);
                }
            });
            indexes = sorted.keySet().stream().mapToInt(Integer::intValue).toArray();
            byIndex = sorted.values().toArray(Node[]::new);
        }
    }

    /** What decides. */
    sealed interface Condition {}

    record And(List<Condition> parts) implements Condition {}

    record Or(List<Condition> parts) implements Condition {}

    record Not(Condition part) implements Condition {}

    /** All these places hold these kinds of value; a container also has that many members, and none beside the tree's. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Holds(int[] nodes, int[] kinds, int[] sizes) implements Condition {}

    final Node[] nodes;
    final Condition condition;

    private FilterPlan(Node[] nodes, Condition condition) {
        this.nodes = nodes;
        this.condition = condition;
    }

    /** Collects the places while conditions are made. */
    static final class Builder {

        private final List<Node> nodes = new ArrayList<>(List.of(new Node(0, 0)));
        private int scalars = FIRST_TEXT_OR_NUMBER;

        FilterPlan build(Condition condition) {
            nodes.forEach(Node::sortIndexes);
            return new FilterPlan(nodes.toArray(Node[]::new), condition);
        }

        Condition equal(List<String> path, JsonTree value) {
            Node node = nodes.get(0);
            for (String name : path) {
                node = child(node, name);
            }
            List<int[]> places = new ArrayList<>();
            add(node, value, places);
            return new Holds(column(places, 0), column(places, 1), column(places, 2));
        }

        private void add(Node node, JsonTree value, List<int[]> places) {
            if (value instanceof JsonTree.Text text) {
                places.add(new int[] {node.id, node.texts.computeIfAbsent(text.value(), key -> scalars++), 0});
            } else if (value instanceof JsonTree.Numeric number) {
                places.add(new int[] {node.id, node.numbers.computeIfAbsent(number.canonical(), key -> scalars++), 0});
            } else if (value instanceof JsonTree.Literal literal) {
                places.add(new int[] {node.id, literal.kind(), 0});
            } else if (value instanceof JsonTree.Array array) {
                node.measured = true;
                places.add(new int[] {node.id, ARRAY, array.elements().size()});
                for (int i = 0; i < array.elements().size(); i++) {
                    add(child(node, Integer.toString(i)), array.elements().get(i), places);
                }
            } else if (value instanceof JsonTree.Fields object) {
                node.measured = true;
                places.add(new int[] {node.id, OBJECT, object.members().size()});
                object.members().forEach((name, member) -> add(child(node, name), member.value(), places));
            }
        }

        private Node child(Node parent, String name) {
            return parent.byName.computeIfAbsent(name, key -> {
                Node node = new Node(nodes.size(), parent.id);
                nodes.add(node);
                return node;
            });
        }

        private static int[] column(List<int[]> rows, int column) {
            return rows.stream().mapToInt(row -> row[column]).toArray();
        }
    }
}
