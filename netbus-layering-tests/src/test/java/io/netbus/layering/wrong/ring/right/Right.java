package io.netbus.layering.wrong.ring.right;

import io.netbus.layering.wrong.ring.left.Left;

/** Breaks the rule on cycles, with {@link Left}. */
public final class Right {

    public void use(Left left) {}
}
