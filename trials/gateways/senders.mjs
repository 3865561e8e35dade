// The clients of the Node index for senders.py: node senders.mjs KIND URL TOKEN PORTS, with a record a line on standard input.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'

const need = createRequire(`${process.env.NODE_HOME}/package.json`)
const [kind, url, token, ports] = process.argv.slice(2)
const port = (name) => JSON.parse(ports)[name]
const lines = readFileSync(0, 'utf8').split('\n')
const authorization = `Bearer ${token}`

async function otlp(module) {
  const { LoggerProvider, BatchLogRecordProcessor } = need('@opentelemetry/sdk-logs')
  const { OTLPLogExporter } = need(module)
  const exporter = new OTLPLogExporter({ url: `${url}/v1/logs`, headers: { authorization } })
  const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] })
  const logger = provider.getLogger('trial')
  for (const body of lines) logger.emit({ body, timestamp: Date.now(), severityNumber: 9 })
  await provider.forceFlush()
  await provider.shutdown()
}

async function winston(transport, settle) {
  const { createLogger, format } = need('winston')
  const logger = createLogger({ level: 'info', format: format.json(), transports: [transport] })
  for (const line of lines) logger.info(line)
  await settle(transport)
}

async function winstonLoki(json) {
  const Loki = need('winston-loki')
  const transport = new Loki({
    host: url,
    basicAuth: `trial:${token}`,
    labels: { job: 'trial' },
    json,
    batching: true,
    interval: 1,
    format: need('winston').format.printf(({ message }) => message),
    onConnectionError: () => {},
    gracefulShutdown: false,
  })
  await winston(transport, () => wait(3000))
}

const KINDS = {
  'otlp-json': () => otlp('@opentelemetry/exporter-logs-otlp-http'),
  'otlp-proto': () => otlp('@opentelemetry/exporter-logs-otlp-proto'),
  'winston-loki': () => winstonLoki(false),
  'winston-loki-json': () => winstonLoki(true),

  'pino-loki': async () => {
    const { pinoLoki } = need('pino-loki')
    const stream = pinoLoki({ host: url, endpoint: `i/${token}/loki/api/v1/push`, labels: { job: 'trial' }, batching: { interval: 1 }, silenceErrors: false })
    // Its own time, in milliseconds, stands in for that of the record.
    const logger = need('pino')({ base: null }, stream)
    for (const line of lines) logger.info({ ...JSON.parse(line), time: undefined })
    await wait(2500)
  },

  'pino-elasticsearch': async () => {
    const stream = need('pino-elasticsearch')({ node: `${url}/i/${token}/elasticsearch`, index: 'gate', flushInterval: 300, esVersion: 8 })
    stream.on('insertError', (error) => console.error(error))
    stream.on('error', (error) => console.error(error))
    const logger = need('pino')({ base: null, timestamp: false }, stream)
    for (const line of lines) logger.info(JSON.parse(line))
    await wait(4000)
  },

  'winston-elasticsearch': async () => {
    const { ElasticsearchTransport } = need('winston-elasticsearch')
    const transport = new ElasticsearchTransport({
      clientOpts: { node: `${url}/i/${token}/elasticsearch` },
      index: 'gate',
      flushInterval: 300,
      retryLimit: 5,
      transformer: ({ message }) => JSON.parse(message),
    })
    transport.on('error', (error) => console.error(error))
    await winston(transport, async () => {
      await wait(1500)
      await transport.flush()
      await wait(2500)
    })
  },

  'gelf-pro': async () => {
    const log = need('gelf-pro')
    log.setConfig({ adapterName: 'udp', adapterOptions: { host: '127.0.0.1', port: port('gelf-pro') } })
    for (const line of lines) {
      await new Promise((resolve, reject) => log.info(line, {}, (error) => (error ? reject(error) : resolve())))
    }
  },

  fluent: async () => {
    const { FluentClient } = need('@fluent-org/logger')
    const client = new FluentClient('gate', {
      eventMode: 'PackedForward',
      ack: { ackTimeout: 5000 },
      socket: { host: '127.0.0.1', port: port('fluent-logger-node'), timeout: 5000 },
    })
    await Promise.all(lines.map((line) => client.emit('access', JSON.parse(line))))
    await client.flush()
    await client.disconnect()
  },

  'splunk-logging': async () => {
    const { Logger } = need('splunk-logging')
    const logger = new Logger({ token, url, maxBatchCount: lines.length, maxRetries: 5 })
    const sent = new Promise((resolve, reject) => {
      logger.error = reject
      logger.eventFormatter = (message) => message
      for (const [at, line] of lines.entries()) {
        logger.send({ message: JSON.parse(line) }, at === lines.length - 1 ? resolve : () => {})
      }
    })
    await sent
  },
}

await KINDS[kind]()
process.exit(0)
