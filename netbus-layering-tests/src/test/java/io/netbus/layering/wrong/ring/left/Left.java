package io.netbus.layering.wrong.ring.left;

import io.netbus.layering.wrong.ring.right.Right;

/** Breaks the rule on cycles, with {@link Right}. */
public final class Left {

    public void use(Right right) {}
}
