package io.netbus.consume;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;

/** A filter's text as a tree that knows where each part stood. Payloads never become one. */
sealed interface JsonTree {

    /** From 1. */
    int line();

    /** From 1. */
    int column();

    /** A text. */
    record Text(String value, int line, int column) implements JsonTree {}

    /**
     * A number.
     *
     * @param canonical by {@link Json#canonicalNumber}
     */
    record Numeric(String canonical, int line, int column) implements JsonTree {}

    /**
     * A truth value or null.
     *
     * @param kind {@link FilterPlan#TRUE}, {@link FilterPlan#FALSE} or {@link FilterPlan#NULL}
     */
    record Literal(int kind, int line, int column) implements JsonTree {}

    /** An array. */
    record Array(List<JsonTree> elements, int line, int column) implements JsonTree {}

    /** An object, its members in the order of the text. */
    record Fields(Map<String, Member> members, int line, int column) implements JsonTree {}

    /**
     * A member of an object.
     *
     * @param line where its name stands
     * @param column where its name stands
     */
    record Member(JsonTree value, int line, int column) {}

    /** Reads a filter's text. @throws InvalidFilterException if it is not one JSON value within the limits */
    static JsonTree read(String json) {
        return Reader.read(json);
    }

    /** Recursion goes as deep as the text nests, which {@link Filter#MAX_DEPTH} bounds. */
    final class Reader {

        private static final JsonFactory FILTERS = Json.factory(Filter.MAX_DEPTH);

        private static final int MAX_NEAR = 12;

        private final JsonParser parser;

        private Reader(JsonParser parser) {
            this.parser = parser;
        }

        static JsonTree read(String json) {
            try (JsonParser parser = FILTERS.createParser(ObjectReadContext.empty(), json)) {
                if (parser.nextToken() == null) {
                    throw InvalidFilterException.at(1, 1, "filter is empty");
                }
                JsonTree tree = new Reader(parser).value();
                if (parser.nextToken() != null) {
                    TokenStreamLocation at = parser.currentTokenLocation();
                    throw InvalidFilterException.at(at.getLineNr(), at.getColumnNr(), "filter goes on behind its end");
                }
                return tree;
            } catch (StreamConstraintsException e) {
                throw InvalidFilterException.at(
                        line(e),
                        column(e),
                        "filter nests too deep or has a number too long: maxDepth=" + Filter.MAX_DEPTH
                                + ", maxNumberChars=" + Json.MAX_NUMBER_CHARS);
            } catch (JacksonException e) {
                throw InvalidFilterException.at(line(e), column(e), "filter is not JSON" + whatIsWrong(e, json));
            }
        }

        /** In our own words: the parser's are about its settings and sources. */
        private static String whatIsWrong(JacksonException e, String json) {
            TokenStreamLocation at = e.getLocation();
            long offset = at == null ? -1 : at.getCharOffset();
            if (e instanceof UnexpectedEndOfInputException || offset >= json.length()) {
                return ", it ends too early";
            }
            if (offset < 0) {
                return "";
            }
            String rest = json.substring((int) offset, (int) Math.min(json.length(), offset + MAX_NEAR));
            String hint = rest.startsWith("'") ? ", which takes double quotes" : "";
            return hint + ", near " + InvalidFilterException.echo(rest);
        }

        private static int line(JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            return at == null ? 1 : Math.max(1, at.getLineNr());
        }

        private static int column(JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            return at == null ? 1 : Math.max(1, at.getColumnNr());
        }

        private JsonTree value() {
            TokenStreamLocation at = parser.currentTokenLocation();
            int line = at.getLineNr();
            int column = at.getColumnNr();
            return switch (parser.currentToken()) {
                case VALUE_STRING -> new Text(parser.getString(), line, column);
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    new Numeric(Json.canonicalNumber(parser.getString()), line, column);
                case VALUE_TRUE -> new Literal(FilterPlan.TRUE, line, column);
                case VALUE_FALSE -> new Literal(FilterPlan.FALSE, line, column);
                case VALUE_NULL -> new Literal(FilterPlan.NULL, line, column);
                case START_ARRAY -> new Array(elements(), line, column);
                case START_OBJECT -> new Fields(members(), line, column);
                default -> throw new AssertionError("no value starts with " + parser.currentToken());
            };
        }

        private List<JsonTree> elements() {
            List<JsonTree> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value());
            }
            return elements;
        }

        private Map<String, Member> members() {
            Map<String, Member> members = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                TokenStreamLocation at = parser.currentTokenLocation();
                int line = at.getLineNr();
                int column = at.getColumnNr();
                parser.nextToken();
                if (members.put(name, new Member(value(), line, column)) != null) {
                    throw InvalidFilterException.at(
                            line, column, "filter has a key twice: key=" + InvalidFilterException.echo(name));
                }
            }
            return members;
        }
    }
}
