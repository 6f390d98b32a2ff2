"use strict"
// Sends as a shop's own server would, with an official library, and ends when the library says all is delivered.
// node send.js '{"library": …, "host": …, "key": …, "count": …, "pause": …}'; without count: one of each call.

const told = JSON.parse(process.argv[2])
const failed = (error) => {
  if (error) {
    console.error(String(error))
    process.exitCode = 1
  }
}
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const patient = { flushAt: 20, flushInterval: 200, errorHandler: failed, retryCount: 14 }

const libraries = {
  "segment-node": () => {
    const { Analytics } = require("@segment/analytics-node")
    const client = new Analytics({ writeKey: told.key, host: told.host, flushAt: 20, flushInterval: 200, maxRetries: 30 })
    client.on("error", (error) => failed(JSON.stringify(error)))
    return { client, close: () => client.closeAndFlush() }
  },
  "analytics-node": () => {
    const Analytics = require("analytics-node")
    const client = new Analytics(told.key, { host: told.host, ...patient })
    return { client, close: () => emptied(client) }
  },
  "rudder-node": () => {
    const RudderAnalytics = require("@rudderstack/rudder-sdk-node")
    const client = new RudderAnalytics(told.key, { dataPlaneUrl: told.host, logLevel: "off", ...patient })
    return { client, close: () => emptied(client) }
  },
}

async function emptied(client) {
  while (client.queue.length) await client.flush()
  await client.flush()
}

function eachCall(client) {
  client.identify({ userId: "C-1", traits: { email: "ana@example.cl", name: "Ana" } })
  client.track({ userId: "C-1", event: "Order Completed", properties: { order_id: "O-1", total: 29990 } })
  client.page({ userId: "C-1", name: "Inicio", properties: { url: "https://tienda.example/" } })
  client.screen({ userId: "C-1", name: "Carro" })
  client.group({ userId: "C-1", groupId: "G-1", traits: { name: "Acme" } })
  client.alias({ userId: "C-1", previousId: "anonymous-1" })
}

async function main() {
  const { client, close } = libraries[told.library]()
  if (!told.count) eachCall(client)
  for (let number = 0; number < (told.count || 0); number++) {
    client.track({ userId: `C-${number % 50}`, event: "Step", properties: { number } })
    await wait(told.pause)
  }
  await close()
}

main().catch(failed)
