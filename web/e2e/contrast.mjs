// Contrast of what is really painted. With forced colours the system paints the text, and scripts are still told the colours
// of the page: so the picture is looked at. In the place of each text the commonest colour is its ground, and the colour
// farthest from it is the text.

/** Texts of the page whose contrast is too low, each as a line of words. */
export async function faintTexts(page) {
  const picture = (await page.screenshot()).toString('base64')
  return page.evaluate(async (encoded) => {
    const LEAST = 4.5
    const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
    context.drawImage(image, 0, 0)
    const scale = image.width / innerWidth
    const light = (rgb) => {
      const part = (byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4)
      return 0.2126 * part(rgb >> 16) + 0.7152 * part((rgb >> 8) & 255) + 0.0722 * part(rgb & 255)
    }
    const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    const found = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement
      if (
        !node.data.trim() ||
        element.closest('[disabled], [aria-disabled=true], [data-disabled], svg, .hidden-but-read')
      )
        continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const { left, top, width, height } = range.getBoundingClientRect()
      const [x, y] = [left + width / 2, top + height / 2]
      const over = document.elementFromPoint(x, y)
      // Outside of the screen, behind something else, or too small to be a text that is read.
      if (width < 4 || height < 6 || left < 0 || top < 0 || left + width > innerWidth || top + height > innerHeight)
        continue
      if (over !== element && !element.contains(over)) continue
      const { data } = context.getImageData(left * scale, top * scale, width * scale, height * scale)
      const counts = new Map()
      for (let i = 0; i < data.length; i += 4) {
        const rgb = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2]
        counts.set(rgb, (counts.get(rgb) ?? 0) + 1)
      }
      const ground = light([...counts].sort((a, b) => b[1] - a[1])[0][0])
      const best = Math.max(...[...counts.keys()].map((rgb) => contrast(light(rgb), ground)))
      if (best < LEAST) found.push(`${node.data.trim().slice(0, 40)} (${best.toFixed(1)} : 1)`)
    }
    return [...new Set(found)]
  }, picture)
}
