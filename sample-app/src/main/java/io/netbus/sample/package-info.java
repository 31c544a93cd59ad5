/**
 * The webhook desk: point GitHub webhooks at it and watch your issues live.
 * <p>
 * Start at {@link io.netbus.sample.SampleApplication}. Events come in through {@link
 * io.netbus.sample.WebhookController} and {@link io.netbus.sample.UploadController}, {@link
 * io.netbus.sample.IssuesBridge} makes tasks of them, and {@link io.netbus.sample.EventsController}, {@link
 * io.netbus.sample.TasksController} and {@link io.netbus.sample.StreamController} give both back. Everything stands on
 * what the starter offers; netbus itself knows nothing of this package.
 */
@NullMarked
package io.netbus.sample;

import org.jspecify.annotations.NullMarked;
