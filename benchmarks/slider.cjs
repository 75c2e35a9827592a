// How long the main thread of a page works for one move of its first slider, until the frame is handed to the compositor,
// and how long for a frame in which nothing moves: milliseconds on the processor, which other programs disturb little.
// Arguments: the page, Chromium, how many moves. Needs playwright-core; NODE_PATH says where it is.
const { chromium } = require("playwright-core");

const [, , page, browser, moves] = process.argv;

// Both wait for two frames, so that what a move asks for in the first is drawn, and differ in the move alone.
const frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))";
const moved = share => `(() => {
  const slider = document.querySelector("input[type=range]");
  slider.value = String(Number(slider.min) + ${share} * (slider.max - slider.min));
  slider.dispatchEvent(new Event("input"));
  return ${frames};
})()`;

(async () => {
  const opened = await chromium.launch({ executablePath: browser, args: ["--no-sandbox"] });
  const p = await opened.newPage({ viewport: { width: 1200, height: 900 } });
  await p.goto(`file://${page}`);
  const session = await p.context().newCDPSession(p);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async () =>
    (await session.send("Performance.getMetrics")).metrics.find(metric => metric.name === "TaskDuration").value * 1000;
  const busy = { move: [], empty: [] };
  for (let k = -5; k < Number(moves); k += 1) {
    for (const [name, work] of [["move", moved(Math.abs(k) / moves)], ["empty", frames]]) {
      const before = await worked();
      await session.send("Runtime.evaluate", { expression: work, awaitPromise: true });
      if (k >= 0) busy[name].push(await worked() - before);
    }
  }
  await opened.close();
  const at = (all, share) => all.sort((a, b) => a - b)[Math.floor(all.length * share)];
  console.log(JSON.stringify(Object.fromEntries(Object.entries(busy).map(([name, all]) => [name, [at(all, 0.5), at(all, 0.95)]]))));
})();
