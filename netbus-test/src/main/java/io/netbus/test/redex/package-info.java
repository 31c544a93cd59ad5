/**
 * What every {@link io.netbus.redex.Redex} must do: extend {@link io.netbus.test.redex.RedexContract} and say how to
 * open one.
 */
@NullMarked
package io.netbus.test.redex;

import org.jspecify.annotations.NullMarked;
