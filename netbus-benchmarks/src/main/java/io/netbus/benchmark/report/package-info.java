/** Results as JSON, Markdown and SVG. */
@NullMarked
package io.netbus.benchmark.report;

import org.jspecify.annotations.NullMarked;
