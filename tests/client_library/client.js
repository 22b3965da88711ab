// Speaks for the client library: one call as a line of JSON on stdin, its outcome as a line on stdout.
"use strict";
const http = require("http");
const readline = require("readline");
const qminder = require("qminder-api");

const [address, key] = process.argv.slice(2);
const SERVICES = ["devices", "lines", "locations", "tickets", "users", "webhooks"];
const MODELS = ["Desk", "Device", "Line", "Location", "Ticket", "User", "Webhook"];

// The library's fetch sends "Connection: close" on a connection that the agent keeps alive.
http.globalAgent = new http.Agent({ keepAlive: false });
qminder.setKey(key);
qminder.setServer(address);
const fetch = qminder.ApiBase.fetch;
let requests = [];
qminder.ApiBase.fetch = (url, init) => {
  requests.push(`${init.method} ${new URL(url).pathname}`);
  return fetch(url.replace(/^https:/, "http:"), init); // the library insists on https
};

// {"$": "Line", "id": 5} is an object of the library's class Line.
function revive(_name, value) {
  if (value === null || !MODELS.includes(value.$)) return value;
  const { $: model, ...properties } = value;
  return new qminder[model](properties);
}

function methods() {
  return SERVICES.flatMap((service) =>
    Object.getOwnPropertyNames(qminder[service])
      .filter((name) => typeof qminder[service][name] === "function")
      .map((name) => `${service}.${name}`),
  );
}

async function answer(line) {
  const { method, args } = JSON.parse(line, revive);
  if (method === "methods") return { value: methods() };
  const [service, name] = method.split(".");
  requests = [];
  try {
    const value = await qminder[service][name](...args);
    return { value: value === undefined ? null : value, type: value?.constructor?.name, requests };
  } catch (error) {
    // What did not reach the server, or was no JSON, is called otherwise than what it refused.
    return { error: error.message, isTransport: error.constructor.name !== "Error", requests };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(line)));
  }
})();
