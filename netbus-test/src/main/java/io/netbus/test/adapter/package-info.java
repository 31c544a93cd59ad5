/**
 * What every adapter must keep: extend {@link io.netbus.test.adapter.AdapterContract} with your own, on a real backend.
 */
@NullMarked
package io.netbus.test.adapter;

import org.jspecify.annotations.NullMarked;
