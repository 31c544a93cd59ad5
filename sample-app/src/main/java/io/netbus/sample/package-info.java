/** One runnable story over HTTP; start at {@link io.netbus.sample.SampleApplication}. */
@NullMarked
package io.netbus.sample;

import org.jspecify.annotations.NullMarked;
