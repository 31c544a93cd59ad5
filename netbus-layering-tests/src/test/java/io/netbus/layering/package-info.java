/**
 * The rules of the house, checked over the classes of all modules. Start at {@link LayeringTests}, whose table is the
 * list of allowed edges between packages; {@link HouseRules} holds the rest, each with its reason.
 * <p>
 * Packages under {@code wrong} break every rule once, on purpose: a rule that cannot fail checks nothing.
 */
@NullMarked
package io.netbus.layering;

import org.jspecify.annotations.NullMarked;
