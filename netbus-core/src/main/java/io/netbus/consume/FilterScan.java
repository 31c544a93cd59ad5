package io.netbus.consume;

import io.netbus.consume.FilterPlan.And;
import io.netbus.consume.FilterPlan.Condition;
import io.netbus.consume.FilterPlan.Holds;
import io.netbus.consume.FilterPlan.Node;
import io.netbus.consume.FilterPlan.Not;
import io.netbus.consume.FilterPlan.Or;
import java.nio.ByteBuffer;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Holds payloads against a {@link FilterPlan}. <b>Threads:</b> one at a time. */
final class FilterScan {

    /*
     * One pass notes what each node of the plan holds, then the condition is looked up in the notes. Notes are never
     * cleared: a visit of a node gets a number from a clock that only rises, and a note counts if its node was last
     * visited within the last visit of its parent, up to the root. So a key that comes twice costs no more than any
     * other, and a payload costs time by its length and memory by the plan's size.
     *
     * The whole payload is always read, also when the answer is known early: whether it is well-formed, and which of two
     * equal keys is the last, shows only at its end.
     */
    private static final int MAX_KEPT_BYTES = 1 << 20;

    /** Of an object that has a member the plan does not know. */
    private static final int FOREIGN = -1;

    private final FilterPlan plan;
    private final long[] visit; // by node: its last visit
    private final long[] within; // by node: the visit of its parent that was in
    private final int[] kind; // by node: what was there
    private final int[] size; // by node: the members of a container
    private final boolean[] live; // by node: whether the above is of this payload
    private long clock;
    private byte[] copy = {}; // of payloads that are not in an array

    FilterScan(FilterPlan plan) {
        this.plan = plan;
        int nodes = plan.nodes.length;
        visit = new long[nodes];
        within = new long[nodes];
        kind = new int[nodes];
        size = new int[nodes];
        live = new boolean[nodes];
    }

    /** Whether the payload, from position to limit, matches. */
    boolean matches(ByteBuffer payload) {
        int length = payload.remaining();
        if (payload.hasArray()) {
            return matches(payload.array(), payload.arrayOffset() + payload.position(), length);
        }
        byte[] bytes = length <= copy.length ? copy : new byte[Math.max(length, Math.min(MAX_KEPT_BYTES, 2 * length))];
        payload.get(payload.position(), bytes, 0, length);
        if (bytes.length <= MAX_KEPT_BYTES) {
            copy = bytes;
        }
        return matches(bytes, 0, length);
    }

    private boolean matches(byte[] bytes, int offset, int length) {
        try (JsonParser parser = Json.payload(bytes, offset, length)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return false;
            }
            visit(plan.nodes[0], first, parser);
            if (parser.nextToken() != null) {
                return false;
            }
        } catch (JacksonException e) {
            return false;
        }
        markLive();
        return holds(plan.condition);
    }

    /** Recursion goes as deep as the plan's tree. */
    private void visit(Node node, JsonToken token, JsonParser parser) {
        visit[node.id] = ++clock;
        switch (token) {
            case START_OBJECT -> visitObject(node, parser);
            case START_ARRAY -> visitArray(node, parser);
            case VALUE_STRING ->
                kind[node.id] = node.texts.isEmpty() ? FilterPlan.OTHER : scalar(node.texts, parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                kind[node.id] = node.numbers.isEmpty()
                        ? FilterPlan.OTHER
                        : scalar(node.numbers, Json.canonicalNumber(parser.getString()));
            case VALUE_TRUE -> kind[node.id] = FilterPlan.TRUE;
            case VALUE_FALSE -> kind[node.id] = FilterPlan.FALSE;
            case VALUE_NULL -> kind[node.id] = FilterPlan.NULL;
            default -> throw new AssertionError("no value starts with " + token);
        }
    }

    private void visitObject(Node node, JsonParser parser) {
        kind[node.id] = FilterPlan.OBJECT;
        if (node.byName.isEmpty() && !node.measured) {
            parser.skipChildren();
            return;
        }
        long here = visit[node.id];
        int members = 0;
        boolean foreign = false;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            Node child = node.byName.get(name);
            JsonToken token = parser.nextToken();
            if (child == null) {
                foreign = true;
                parser.skipChildren();
            } else {
                members += within[child.id] == here ? 0 : 1;
                within[child.id] = here;
                visit(child, token, parser);
            }
        }
        size[node.id] = foreign ? FOREIGN : members;
    }

    private void visitArray(Node node, JsonParser parser) {
        kind[node.id] = FilterPlan.ARRAY;
        if (node.indexes.length == 0 && !node.measured) {
            parser.skipChildren();
            return;
        }
        long here = visit[node.id];
        int index = 0;
        int known = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (known < node.indexes.length && node.indexes[known] == index) {
                Node child = node.byIndex[known++];
                within[child.id] = here;
                visit(child, token, parser);
            } else {
                parser.skipChildren();
            }
            index++;
        }
        size[node.id] = index;
    }

    private static int scalar(Map<String, Integer> scalars, String value) {
        return scalars.getOrDefault(value, FilterPlan.OTHER);
    }

    private void markLive() {
        live[0] = true;
        for (int i = 1; i < live.length; i++) {
            int parent = plan.nodes[i].parent;
            live[i] = live[parent] && within[i] == visit[parent];
        }
    }

    private boolean holds(Condition condition) {
        if (condition instanceof Holds equal) {
            return holds(equal);
        }
        if (condition instanceof Not not) {
            return !holds(not.part());
        }
        boolean isAnd = condition instanceof And;
        for (Condition part : isAnd ? ((And) condition).parts() : ((Or) condition).parts()) {
            if (holds(part) != isAnd) {
                return !isAnd;
            }
        }
        return isAnd;
    }

    private boolean holds(Holds equal) {
        for (int i = 0; i < equal.nodes().length; i++) {
            int node = equal.nodes()[i];
            int wanted = equal.kinds()[i];
            if (!live[node] || kind[node] != wanted) {
                return false;
            }
            if ((wanted == FilterPlan.OBJECT || wanted == FilterPlan.ARRAY) && size[node] != equal.sizes()[i]) {
                return false;
            }
        }
        return true;
    }
}
