// Runs what Faust made, and prints the CPU seconds it took:
//   voices SECONDS COUNT HZ...   block-voices SECONDS COUNT HZ...   reverb SECONDS   noise SECONDS
//   saw SECONDS HZ FILE          response SECONDS FILE
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <vector>

#define FAUSTFLOAT float
struct Meta {
  void declare(const char*, const char*) {}
};
struct UI {
  std::map<std::string, float*> zones;
  void openVerticalBox(const char*) {}
  void openHorizontalBox(const char*) {}
  void closeBox() {}
  void declare(float*, const char*, const char*) {}
  void addButton(const char* name, float* zone) { zones[name] = zone; }
  void addHorizontalSlider(const char* name, float* zone, float, float, float, float) {
    zones[name] = zone;
  }
};
struct dsp {
  virtual ~dsp() = default;
};
#include "Block.h"
#include "Reverb.h"
#include "Sample.h"
#include "Saw.h"

constexpr int kRate = 48000, kBlock = 64;
volatile float heard;  // keeps the sums from being optimised away

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

template <class Voice>
void play_voices(long blocks, const std::vector<float>& pitches) {
  const size_t count = pitches.size();
  std::vector<std::unique_ptr<Voice>> voices;
  std::vector<UI> panels(count);
  std::vector<float> envelopes(count, 0.0f);
  for (size_t i = 0; i < count; i++) {
    voices.push_back(std::make_unique<Voice>());
    voices[i]->init(kRate);
    voices[i]->buildUserInterface(&panels[i]);
    *panels[i].zones.at("hz") = pitches[i];
    *panels[i].zones.at("pan") = 0.05f + 0.9f * i / (count - 1);
  }
  float left[kBlock], right[kBlock], mix[2][kBlock];
  float* out[] = {left, right};
  for (long block = 0; block < blocks; block++) {
    memset(mix, 0, sizeof mix);
    for (size_t i = 0; i < count; i++) {
      auto& zones = panels[i].zones;
      const double phase = std::fmod(block * kBlock / double(kRate) + double(i) / count, 1.0);
      *zones.at("gate") = phase < 0.7;
      if (zones.count("cutoff")) {
        const float target = phase < 0.01 ? 1.0f : phase < 0.7 ? 0.6f : 0.0f;
        envelopes[i] += (target - envelopes[i]) * 0.02f;
        *zones["cutoff"] = 300.0f + 5000.0f * envelopes[i];
      }
      voices[i]->compute(kBlock, nullptr, out);
      for (int t = 0; t < kBlock; t++) {
        mix[0][t] += left[t];
        mix[1][t] += right[t];
      }
    }
    heard = mix[0][0] + mix[1][kBlock - 1];
  }
}

void play_reverb(long blocks, bool wet, bool impulse, FILE* file) {
  auto reverb = std::make_unique<Reverb>();
  reverb->init(kRate);
  float in[2][kBlock], wet_out[2][kBlock];
  float *ins[] = {in[0], in[1]}, *outs[] = {wet_out[0], wet_out[1]};
  unsigned state = 1;
  for (long block = 0; block < blocks; block++) {
    for (int t = 0; t < kBlock; t++)
      for (auto& side : in) {
        state = state * 1664525u + 1013904223u;
        side[t] = impulse ? (block == 0 && t == 0) : int(state) * 4.6e-11f;
      }
    if (wet) reverb->compute(kBlock, ins, outs);
    heard = wet ? wet_out[0][0] : in[0][0];
    if (file) fwrite(wet_out[0], sizeof(float), kBlock, file);
  }
}

void play_saw(long blocks, float hz, FILE* file) {
  Saw saw;
  UI panel;
  saw.init(kRate);
  saw.buildUserInterface(&panel);
  *panel.zones.at("hz") = hz;
  float block[kBlock];
  float* out[] = {block};
  for (long k = 0; k < blocks; k++) {
    saw.compute(kBlock, nullptr, out);
    fwrite(block, sizeof(float), kBlock, file);
  }
}

int main(int count, char** words) {
  const std::string work = words[1];
  const long blocks = long(atof(words[2]) * kRate / kBlock);
  std::vector<float> pitches;
  if (work == "voices" || work == "block-voices")
    for (int i = 4; i < count; i++) pitches.push_back(atof(words[i]));
  const bool writes = work == "saw" || work == "response";
  FILE* file = writes ? fopen(words[count - 1], "wb") : nullptr;
  const double start = cpu_seconds();
  if (work == "voices") play_voices<Sample>(blocks, pitches);
  if (work == "block-voices") play_voices<Block>(blocks, pitches);
  if (work == "reverb" || work == "noise") play_reverb(blocks, work == "reverb", false, nullptr);
  if (work == "response") play_reverb(blocks, true, true, file);
  if (work == "saw") play_saw(blocks, atof(words[3]), file);
  printf("%.6f\n", cpu_seconds() - start);
  if (file) fclose(file);
}
