// The page of `backprop-derive serve`: sends what stands in the editor, shows what comes back.
"use strict";

const $ = (id) => document.getElementById(id);
const text = $("text"), marks = $("marks"), said = $("said"), frame = $("solution");
const CHOICES = ["layout", "detail", "mode", "notation"], SWITCHES = ["rules", "paths"];
const WAIT = 200; // milliseconds after the last key
let asking = null, timer = 0, tries = 0, notice = "";

function request(format) {
  const options = {};
  for (const name of CHOICES) options[name] = $(name).value;
  for (const name of SWITCHES) options[name] = $(name).checked;
  return { text: text.value, options, expand: $("expand").checked, format };
}

function post(path, body, signal) {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal };
  return fetch(path, init);
}

// --- the solution

function changed() {
  showMarks(null);
  frame.classList.add("old");
  clearTimeout(timer);
  timer = setTimeout(solve, WAIT);
}

async function solve() {
  clearTimeout(timer);
  if (asking) asking.abort();
  if (!text.value.trim()) {
    tell([], false);
    return;
  }
  const mine = (asking = new AbortController());
  let answer;
  try {
    const response = await post("/solve", request("html"), mine.signal);
    answer = await response.json();
    if (response.status === 503 && tries++ < 20) {
      tell(["The server has much to do; trying again…"], false);
      timer = setTimeout(solve, 500 + 1500 * Math.random());
      return;
    }
  } catch (error) {
    if (mine.signal.aborted) return;
    tell(["The server does not answer; trying again…"], true);
    timer = setTimeout(solve, 2000);
    return;
  }
  if (mine !== asking) return;
  tries = 0;
  if (answer.error) showError(answer.error);
  else showSolution(answer.html);
}

function showSolution(html) {
  const made = new DOMParser().parseFromString(html, "text/html");
  const shown = frame.contentDocument;
  // In place, so that the reader's own place on the page stays.
  shown.replaceChild(shown.adoptNode(made.documentElement), shown.documentElement);
  frame.classList.remove("old");
  tell(notice ? [notice] : [], notice !== "");
  showMarks(null);
  fitFrame();
}

// On a phone the page scrolls as one, and the frame is as high as what it holds.
function fitFrame() {
  const isNarrow = matchMedia("(max-width: 48rem)").matches || matchMedia("print").matches;
  frame.style.height = isNarrow && frame.contentDocument ? frame.contentDocument.documentElement.scrollHeight + "px" : "";
}

function showError(error) {
  const lines = [];
  if (error.line) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "place";
    button.textContent = `Line ${error.line}, column ${error.column}`;
    button.addEventListener("click", () => select(error));
    lines.push([button, `: ${error.found}`]);
  } else lines.push(error.found);
  if (error.expected) lines.push(`expected: ${error.expected}`);
  if (error.hint) lines.push(`try: ${error.hint}`);
  tell(lines, true);
  showMarks(error);
}

function tell(lines, isWrong) {
  said.classList.toggle("wrong", isWrong);
  text.setAttribute("aria-invalid", String(isWrong));
  said.replaceChildren(...lines.map((line) => {
    const shown = document.createElement("p");
    shown.append(...[line].flat());
    return shown;
  }));
}

// --- the editor: numbers of lines, and the place of an error

function showMarks(error) {
  const lines = text.value.split("\n");
  if (lines.length > 3000) {
    marks.replaceChildren();
    return;
  }
  marks.replaceChildren(...lines.map((line, number) => {
    const shown = document.createElement("div");
    if (error && error.line === number + 1) {
      // Columns count characters, not the halves that a string of JavaScript is made of.
      const letters = [...line], at = Math.min(error.column - 1, letters.length);
      const mark = document.createElement("mark");
      mark.textContent = letters[at] || " ";
      shown.className = "wrong";
      shown.append(letters.slice(0, at).join(""), mark, letters.slice(at + 1).join(""));
    } else shown.textContent = line;
    return shown;
  }));
  follow();
}

function follow() {
  marks.scrollTop = text.scrollTop;
  marks.scrollLeft = text.scrollLeft;
}

function select(error) {
  const lines = text.value.split("\n");
  const before = lines.slice(0, error.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const line = [...(lines[error.line - 1] || "")];
  const at = before + line.slice(0, error.column - 1).join("").length;
  text.focus();
  text.setSelectionRange(at, at + (line[error.column - 1] || "").length);
}

// --- files and links

async function download() {
  const format = $("download").value;
  $("download").value = "";
  if (!format) return;
  let response;
  try {
    response = await post("/download", request(format));
  } catch (error) {
    tell(["The server does not answer."], true);
    return;
  }
  if (!response.ok) {
    showError((await response.json()).error);
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = /filename="([^"]+)"/.exec(response.headers.get("content-disposition"))[1];
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const through = (bytes, stream) => new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();

async function fragment() {
  const asked = request("html");
  const data = new TextEncoder().encode(JSON.stringify([asked.text, asked.options, asked.expand]));
  const bytes = new Uint8Array(await through(data, new CompressionStream("deflate-raw")));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return "#p=" + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function copyLink() {
  const hash = await fragment();
  history.replaceState(null, "", hash);
  try {
    await navigator.clipboard.writeText(location.href);
    tell(["The link is copied. It holds the problem itself; the server keeps nothing."], false);
  } catch (error) {
    // A browser lets pages of other machines copy only over https.
    tell(["The address of this page is the link now: copy it from the address bar."], false);
  }
}

async function readLink() {
  const found = /^#p=([\w-]+)$/.exec(location.hash);
  if (!found || found[1].length > 200000) return false;
  try {
    const binary = atob(found[1].replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const data = await through(bytes, new DecompressionStream("deflate-raw"));
    if (data.byteLength > 1000000) return false;
    const [problem, options, expand] = JSON.parse(new TextDecoder().decode(data));
    text.value = String(problem);
    for (const name of CHOICES) {
      const known = [...$(name).options].some((option) => option.value === options[name]);
      if (known) $(name).value = options[name];
    }
    for (const name of SWITCHES) $(name).checked = options[name] === true;
    $("expand").checked = expand === true;
    return true;
  } catch (error) {
    notice = "This link is damaged: it holds no problem.";
    return false;
  }
}

// --- the beginning

async function begin() {
  const examples = await (await fetch("/examples")).json();
  for (const [number, example] of examples.entries()) $("examples").append(new Option(example.name, number));
  $("examples").addEventListener("change", () => {
    if ($("examples").value === "") return;
    text.value = examples[Number($("examples").value)].text;
    text.scrollTop = 0;
    changed();
    solve();
  });
  text.addEventListener("input", () => {
    $("examples").value = notice = "";
    changed();
  });
  text.addEventListener("scroll", follow);
  for (const name of [...CHOICES, ...SWITCHES, "expand"]) $(name).addEventListener("change", solve);
  $("download").addEventListener("change", download);
  $("link").addEventListener("click", copyLink);
  addEventListener("resize", fitFrame);
  addEventListener("beforeprint", fitFrame);
  addEventListener("hashchange", async () => (await readLink()) && solve());
  if (!(await readLink()) && !text.value) text.value = examples[0].text;
  showMarks(null);
  solve();
}

begin();
