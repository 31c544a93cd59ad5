package io.netbus.consume;

import io.netbus.consume.FilterPlan.And;
import io.netbus.consume.FilterPlan.Condition;
import io.netbus.consume.FilterPlan.Not;
import io.netbus.consume.FilterPlan.Or;
import io.netbus.consume.JsonTree.Array;
import io.netbus.consume.JsonTree.Fields;
import io.netbus.consume.JsonTree.Member;
import io.netbus.consume.JsonTree.Text;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Makes a {@link FilterPlan} of a filter's text; the grammar is {@link Filter}'s. */
final class FilterCompiler {

    private static final String SHAPES =
            "a filter is {\"path\",\"value\"}, {\"$eq\"}, {\"$and\"}, {\"$or\"} or {\"$not\"}";

    private final FilterPlan.Builder plan = new FilterPlan.Builder();

    private FilterCompiler() {}

    static FilterPlan compile(String json) {
        if (json.length() > Filter.MAX_CHARS) {
            throw InvalidFilterException.at(
                    1, 1, "filter is too long: chars=" + json.length() + ", max=" + Filter.MAX_CHARS);
        }
        FilterCompiler compiler = new FilterCompiler();
        return compiler.plan.build(compiler.condition(JsonTree.read(json)));
    }

    private Condition condition(JsonTree tree) {
        if (!(tree instanceof Fields object)) {
            throw at(tree, "not a filter; " + SHAPES);
        }
        if (object.members().isEmpty()) {
            throw at(tree, "filter has no keys; " + SHAPES);
        }
        return switch (object.members().keySet().iterator().next()) {
            case "$and" -> new And(conditions(only(object), "$and"));
            case "$or" -> new Or(conditions(only(object), "$or"));
            case "$not" -> new Not(condition(only(object)));
            case "$eq" -> {
                JsonTree value = only(object);
                if (value instanceof Fields equality) {
                    yield equality(equality);
                }
                throw at(value, "$eq takes {\"path\",\"value\"}");
            }
            default -> equality(object);
        };
    }

    private List<Condition> conditions(JsonTree tree, String key) {
        if (!(tree instanceof Array array)) {
            throw at(tree, key + " takes an array of filters");
        }
        if (array.elements().isEmpty()) {
            throw at(tree, key + " is empty; it takes at least one filter");
        }
        List<Condition> conditions = new ArrayList<>();
        array.elements().forEach(element -> conditions.add(condition(element)));
        return conditions;
    }

    private Condition equality(Fields object) {
        object.members().forEach((key, member) -> {
            if (!key.equals("path") && !key.equals("value")) {
                throw unexpected(key, member);
            }
        });
        Member path = object.members().get("path");
        Member value = object.members().get("value");
        if (path == null) {
            throw at(object, "filter has no \"path\"");
        }
        if (value == null) {
            throw at(object, "filter has no \"value\"; null is written out");
        }
        return plan.equal(path(path.value()), value.value());
    }

    private static List<String> path(JsonTree tree) {
        List<String> names = new ArrayList<>();
        if (tree instanceof Text text) {
            if (!text.value().isEmpty()) {
                names.addAll(List.of(text.value().split("\\.", -1)));
            }
        } else if (tree instanceof Array array) {
            for (JsonTree element : array.elements()) {
                if (!(element instanceof Text name)) {
                    throw at(element, "a path's parts are strings");
                }
                names.add(name.value());
            }
        } else {
            throw at(tree, "\"path\" is a string or an array of strings");
        }
        if (names.size() > Filter.MAX_DEPTH) {
            throw at(tree, "path is too long: parts=" + names.size() + ", max=" + Filter.MAX_DEPTH);
        }
        return names;
    }

    /** The value of the first key, which must be the only one. */
    private static JsonTree only(Fields object) {
        Iterator<Map.Entry<String, Member>> members =
                object.members().entrySet().iterator();
        JsonTree value = members.next().getValue().value();
        if (members.hasNext()) {
            Map.Entry<String, Member> second = members.next();
            throw unexpected(second.getKey(), second.getValue());
        }
        return value;
    }

    private static InvalidFilterException unexpected(String key, Member member) {
        return InvalidFilterException.at(
                member.line(),
                member.column(),
                "unexpected key: key=" + InvalidFilterException.echo(key) + "; " + SHAPES);
    }

    private static InvalidFilterException at(JsonTree tree, String what) {
        return InvalidFilterException.at(tree.line(), tree.column(), what);
    }
}
